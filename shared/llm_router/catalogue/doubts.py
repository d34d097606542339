"""Whether what a source says now is to be believed as a whole, beside what it said before and what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.guards import deprecated_anew, no_longer_rated, prices_off, rated_by, shrunk, too_many_off
from llm_router.catalogue.joining import join, placed
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.records import OPERATOR, Reading
from llm_router.catalogue.refusal import Doubt, Ground
from llm_router.catalogue.source_state import SourceState
from llm_router.catalogue.tables import Tables


@dataclass(frozen=True, slots=True)
class Doubts:
    """The rules, over the tables that place a source's records and the map that uses its figures."""

    tables: Tables
    choices: QualityMap

    def about(
        self, reading: Reading, before: SourceState, current: Mapping[str, ModelEntry], today: str
    ) -> Doubt | None:
        """The first reason not to believe a reading. `before` tells how much there was; `today` is an ISO date."""
        if not reading.records:
            return Doubt(Ground.EMPTY, "It lists nothing")
        was, listed = self._sizes(reading, before)
        # An operator who lists fewer models means it.
        if reading.source != OPERATOR and shrunk(was, listed):
            return Doubt(Ground.SHRUNK, f"It lists {listed} records where it had {was}")
        joined = join([reading], current.values(), self.tables).values()
        off, compared = prices_off(reading.source, joined, current)
        if too_many_off(off, compared):
            return Doubt(Ground.PRICES, f"{off} of {compared} prices are more than five times off")
        off, listed = deprecated_anew(reading.source, joined, current, today)
        if too_many_off(off, listed):
            return Doubt(Ground.ENDINGS, f"It deprecates {off} of {listed} models at once")
        if (gone := no_longer_rated(before.rated, rated_by(reading, self.choices))) is not None:
            rated = before.rated[gone]
            return Doubt(Ground.UNRATED, f"It rates too few models for {gone} now, where it rated {rated}")
        return None

    def measured(self, state: SourceState, reading: Reading) -> SourceState:
        """The state with how much there is in a reading that is believed."""
        return replace(
            state,
            records=reading.records,
            listed=placed(reading, self.tables),
            rated=rated_by(reading, self.choices),
        )

    def _sizes(self, reading: Reading, before: SourceState) -> tuple[int, int]:
        """How much there was and is that counts: what the tables cannot place is of no use, and may go."""
        if before.listed is None:
            return before.records, reading.records
        return before.listed, placed(reading, self.tables)
