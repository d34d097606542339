"""The evaluation sources' figures, looked up by model: which rows are about it, and what they say together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from llm_router.catalogue.quality_map import SCALE_SOURCE, QualityMap
from llm_router.catalogue.records import Reading, Scale, Score
from llm_router.catalogue.tables import KnownModel, Tables

_EDGE = 0.01
"""Shares are kept this far from 0 and 1, where log-odds would be infinite: tables hold about a hundred tasks."""


class Figure(NamedTuple):
    """A value and its standard error, in points or in log-odds."""

    value: float
    sd: float


class Evidence:
    """Every score of every evaluation source."""

    def __init__(self, readings: Iterable[Reading], choices: QualityMap, tables: Tables) -> None:
        self.as_of: dict[str, str] = {}
        self._figures: dict[tuple[str, str], dict[str, Figure]] = defaultdict(dict)
        self._rows: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._tables = tables
        for reading in readings:
            if not reading.scores:
                continue
            self.as_of[reading.source] = reading.as_of
            for score in reading.scores:
                self._figures[reading.source, score.measure][score.model] = _figure(score)
            for row in sorted({score.model for score in reading.scores}):
                self._rows[reading.source, tables.slug(choices.effort.sub("", row.lower()))].append(row)

    def rows(self, model: KnownModel, source: str) -> Sequence[str]:
        """Its rows: those that the tables name, else those whose name without the effort is one of the model's."""
        if named := model.rows(source):
            return named
        slugs = {self._tables.slug(name) for name in (model.key, *model.names)}
        return [row for slug in sorted(slugs) for row in self._rows.get((source, slug), ())]

    def of_model(self, model: KnownModel, source: str, names: Sequence[str]) -> Figure | None:
        """What the measures say together: the mean over its rows. Rows that differ make it less certain."""
        found = [figure for row in self.rows(model, source) if (figure := self.of_row(row, source, names)) is not None]
        if not found:
            return None
        mean = math.fsum(figure.value for figure in found) / len(found)
        between = math.fsum((figure.value - mean) ** 2 for figure in found) / len(found)
        within = math.fsum(figure.sd**2 for figure in found) / len(found)
        return Figure(mean, math.sqrt(between + within))

    def of_row(self, row: str, source: str, names: Sequence[str]) -> Figure | None:
        """The mean of the measures in one row, or None where fewer than half of them are there."""
        found = [figure for name in names if (figure := self._figures[source, name].get(row)) is not None]
        if 2 * len(found) < len(names) or not found:
            return None
        return Figure(
            math.fsum(figure.value for figure in found) / len(found),
            math.sqrt(math.fsum(figure.sd**2 for figure in found) / len(found)),
        )

    def population(self, names: Sequence[str]) -> Mapping[str, Figure]:
        """Every row of the scale's source that has the measures."""
        rows = {row for name in names for row in self._figures[SCALE_SOURCE, name]}
        return {row: figure for row in sorted(rows) if (figure := self.of_row(row, SCALE_SOURCE, names)) is not None}


def _figure(score: Score) -> Figure:
    if score.scale is Scale.RATING:
        return Figure(score.value, score.sd or 0.0)
    share = min(1 - _EDGE, max(_EDGE, score.value))
    return Figure(math.log(share / (1 - share)), 0.0 if score.sd is None else score.sd / (share * (1 - share)))
