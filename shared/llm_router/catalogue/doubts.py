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
            return Doubt(Ground.EMPTY, "It lists nothing", 1.0)
        was, listed = self._sizes(reading, before)
        # An operator who lists fewer models means it.
        if reading.source != OPERATOR and shrunk(was, listed):
            return Doubt(Ground.SHRUNK, f"It lists {listed} records where it had {was}", 1 - listed / was)
        joined = join([reading], current.values(), self.tables).values()
        off, fallen, compared = prices_off(reading.source, joined, current)
        if too_many_off(off, compared):
            ground = Ground.CHEAPER if 2 * fallen > off else Ground.PRICES
            return Doubt(ground, f"{off} of {compared} prices are more than five times off", off / compared)
        off, listed = deprecated_anew(reading.source, joined, current, today)
        if too_many_off(off, listed):
            return Doubt(Ground.ENDINGS, f"It deprecates {off} of {listed} models at once", off / listed)
        rated = rated_by(reading, self.choices)
        if (gone := no_longer_rated(before.rated, rated)) is not None:
            had = before.rated[gone]
            words = f"It rates too few models for {gone} now, where it rated {had}"
            return Doubt(Ground.UNRATED, words, 1 - rated[gone] / had)
        return None

    def bounded(self, reading: Reading, current: Mapping[str, ModelEntry]) -> Reading:
        """The reading as it is to be used: one whose prices as a whole are off speaks of models in force alone, whose
        last good prices guard them."""
        off, _, compared = prices_off(reading.source, join([reading], current.values(), self.tables).values(), current)
        return replace(reading, prices_off=True) if too_many_off(off, compared) else reading

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
