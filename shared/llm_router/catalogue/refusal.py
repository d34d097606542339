"""How long data are refused that keep looking the same: what broke mends within days, and what has stood for a week is
how things are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from llm_router.clock import iso_day
from llm_router.json_values import known_fields

ACCEPTED_AFTER_S: Final = 7 * 86_400.0
"""After so long the same doubt gives way: a slip of a source's is mended within days, and a catalogue that is a week
old has prices that have changed since."""

ACCEPTED_RUNS: Final = 3
"""So many runs must have met with it, so that no single answer decides after a pause."""

WORSE_BY: Final = 0.1
"""Data that are worse by more than this share are others than those that have stood: within it lies what a source
changes in a week."""


class Ground(StrEnum):
    """What about data is not believed. What is empty never is. Prices that are off are `CHEAPER` where most of those
    have fallen, else `PRICES`, and models that end are `ENDINGS`, those that no longer do `REVIVALS`: one is no sign of
    the other."""

    EMPTY = "empty"
    SHRUNK = "shrunk"
    GROWN = "grown"
    FLAWED = "flawed"
    UNTOLD = "untold"
    PRICES = "prices"
    CHEAPER = "cheaper"
    WINDOWS = "windows"
    SPEEDS = "speeds"
    ENDINGS = "endings"
    REVIVALS = "revivals"
    UNRATED = "unrated"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why data are not believed as a whole; the words quote nothing of them. `extent` is the share that is lost or off,
    from 0 to 1; `part` names what of the data it is about, where a ground may hold for several."""

    ground: Ground
    words: str
    extent: float
    part: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Data that were doubted on one ground, for the same part, in every run that had an answer, `runs` of them, since
    then (epoch seconds). `extent` is the least share, from 0 to 1, that was lost or off in one of these runs."""

    ground: Ground
    since: float
    runs: int = 1
    extent: float = 0.0
    part: str = ""

    def stood(self, now: float) -> bool:
        """Whether this is no reason any more not to take the data."""
        lasting = self.runs >= ACCEPTED_RUNS and now - self.since >= ACCEPTED_AFTER_S
        return lasting and self.ground is not Ground.EMPTY

    def told(self, words: str) -> str:
        """The doubt, since when it leads to a refusal, and until when at most."""
        since, until = iso_day(self.since), iso_day(self.since + ACCEPTED_AFTER_S)
        if self.ground is Ground.EMPTY:
            return f"{words}: refused since {since}."
        return f"{words}: refused since {since}, and taken as it is from {until} on if it stays so."


def refusal_after(before: Refusal | None, ground: Ground, extent: float, now: float) -> Refusal:
    """The refusal after one more run: the same one, unless it is another ground's or the data are worse than what has
    stood. The least extent counts, so that it cannot creep, and that one bad answer vouches for no other."""
    if before is None or before.ground is not ground or extent > before.extent + WORSE_BY:
        return Refusal(ground, now, extent=extent)
    return replace(before, runs=before.runs + 1, extent=min(before.extent, extent))


def refusals_after(before: Iterable[Refusal], doubts: Iterable[Doubt], now: float) -> tuple[Refusal, ...]:
    """One refusal for each doubt, in their order. Each has a week of its own: what has stood hides no other."""
    known = {(each.ground, each.part): each for each in before}
    return tuple(
        replace(refusal_after(known.get((doubt.ground, doubt.part)), doubt.ground, doubt.extent, now), part=doubt.part)
        for doubt in doubts
    )


def read_refusal(values: Mapping[str, Any] | None) -> Refusal | None:
    """From what was kept of it; None where only a newer release knows its ground. Raises TypeError or KeyError for
    anything else."""
    if values is None or values["ground"] not in [*Ground]:
        return None
    return Refusal(**{**known_fields(Refusal, values), "ground": Ground(values["ground"])})
