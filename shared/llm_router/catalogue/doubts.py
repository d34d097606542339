"""Whether what a source says now is to be believed as a whole, beside what it said before and what is in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from llm_router.catalogue import comparing
from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.guards import ENOUGH, WINDOWS, shrunk, too_many_off
from llm_router.catalogue.joining import Joined, join, placed
from llm_router.catalogue.panel import panel_points
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.records import OPERATOR, PRICES, SPEEDS, Reading
from llm_router.catalogue.refusal import Doubt, Ground
from llm_router.catalogue.source_state import SourceState
from llm_router.catalogue.tables import Tables

MOST_GROWTH: Final = 2
"""Times as many records as there ever were: sources grow so in months."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """The rules, over the tables that place a source's records and the map that uses its figures."""

    tables: Tables
    choices: QualityMap

    def about(
        self, reading: Reading, before: SourceState, current: Mapping[str, ModelEntry], today: str
    ) -> tuple[Doubt, ...]:
        """Every reason not to believe a reading. `before` tells how much there was; `today` is an ISO date."""
        if not (reading.listings or reading.scores or reading.updates):
            return (Doubt(Ground.EMPTY, "It lists nothing", 1.0),)
        now = self.measured(before, reading)
        joined = join([reading], current.values(), self.tables).values()
        found = [
            *_of_endings(reading.source, joined, current, today),
            *_of_ratings(before.rated, now.rated),
            *_of_figures(reading.source, joined, current),
        ]
        # An operator who lists fewer models, or many more, means it.
        counted = () if reading.source == OPERATOR else (*_of_size(before, now), *_of_records(before, now))
        return (*counted, *found)

    def bounded(self, reading: Reading, current: Mapping[str, ModelEntry]) -> Reading:
        """The reading as it is to be used: one whose prices or windows as a whole are off speaks of models in force
        alone, whose last good figures guard them."""
        joined = join([reading], current.values(), self.tables).values()
        for fields in (PRICES, WINDOWS):
            off, _, compared = comparing.figures_off(reading.source, joined, current, fields)
            if too_many_off(off, compared):
                return replace(reading, figures_off=True)
        return reading

    def measured(self, state: SourceState, reading: Reading) -> SourceState:
        """The state with how much there is in a reading that is believed."""
        listings = placed(reading, self.tables)
        listed = len(listings) if reading.listings else reading.records
        return replace(
            state,
            records=reading.records,
            listed=listed,
            most_listed=max(state.most_listed, listed),
            flawed=sum(each.flawed for each in listings),
            told=comparing.told_by(listings),
            rated=comparing.rated_by(reading, self.choices),
            panel=panel_points(reading, self.choices),
        )


def _sizes(before: SourceState, now: SourceState) -> tuple[int, int]:
    """How much there was and is that counts: what the tables cannot place is of no use, and may go."""
    if before.listed is None or now.listed is None:
        return before.records, now.records
    return before.listed, now.listed


def _of_size(before: SourceState, now: SourceState) -> Iterator[Doubt]:
    """What is gone is measured by what there was last, and what is new by all that there ever was: a source may come
    back whole."""
    was, listed = _sizes(before, now)
    most = max(was, before.most_listed)
    if shrunk(was, listed):
        yield Doubt(Ground.SHRUNK, f"It lists {listed} records where it had {was}", 1 - listed / was)
    elif most >= ENOUGH and listed > MOST_GROWTH * most:
        yield Doubt(Ground.GROWN, f"It lists {listed} records where it had {most} at most", 1 - most / listed)


def _of_records(before: SourceState, now: SourceState) -> Iterator[Doubt]:
    """Whether the records tell less than they did: a part that cannot be read any more, or that is not there."""
    had, listed = before.listed or 0, now.listed or 0
    gone = max(0, had - listed)
    whole, expected = listed - now.flawed, had - before.flawed - gone
    if comparing.fewer(expected, whole):
        words = f"Of {now.flawed} of its {listed} records a part cannot be used, as it was of {before.flawed}"
        yield Doubt(Ground.FLAWED, words, 1 - whole / expected)
    for name in comparing.no_longer_told(before.told, now.told, gone):
        was, told = before.told[name], now.told.get(name, 0)
        words = f"It tells {name} of {told} models where it told it of {was}"
        yield Doubt(Ground.UNTOLD, words, 1 - told / was, name)


def _of_endings(
    source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry], today: str
) -> Iterator[Doubt]:
    off, listed = comparing.deprecated_anew(source, joined, current, today)
    if too_many_off(off, listed):
        yield Doubt(Ground.ENDINGS, f"It deprecates {off} of {listed} models at once", off / listed)
    off, told = comparing.endings_taken_back(source, joined, current, today)
    if too_many_off(off, told):
        yield Doubt(Ground.REVIVALS, f"It takes back the end of {off} of {told} models at once", off / told)


def _of_ratings(before: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Doubt]:
    for use in comparing.no_longer_rated(before, now):
        words = f"It rates too few models for {use} now, where it rated {before[use]}"
        yield Doubt(Ground.UNRATED, words, 1 - now[use] / before[use], use)


def _of_figures(source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry]) -> Iterator[Doubt]:
    kinds = (("prices", PRICES, Ground.PRICES), ("windows", WINDOWS, Ground.WINDOWS), ("speeds", SPEEDS, Ground.SPEEDS))
    for name, fields, ground in kinds:
        off, fallen, compared = comparing.figures_off(source, joined, current, fields)
        if too_many_off(off, compared):
            cheaper = ground is Ground.PRICES and 2 * fallen > off
            words = f"{off} of {compared} {name} are more than five times off"
            yield Doubt(Ground.CHEAPER if cheaper else ground, words, off / compared)
