"""Putting one measure onto another's scale: mean-sigma linking over what both have measured.

The linear map that gives the linked measure the mean and the spread of the scale over the common models (Kolen and
Brennan, Test Equating, Scaling, and Linking, 2014, ch. 6). Unlike a regression it does not draw a noisy measure
towards the mean: how far a measure is to be believed is told by its standard error, not by its slope.

One absurd figure carries a spread away, so that a model far from the line is left out of it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from llm_router.catalogue.evidence import Evidence, Figure
from llm_router.catalogue.quality_map import SCALE_SOURCE, CategoryMap, Measure, QualityMap
from llm_router.catalogue.tables import KnownModel

_FAR: Final = 4.0
"""Median absolute deviations from the line beyond which a model is left out of it."""

_ROUNDING: Final = 1e-6
"""As a part of the scale's spread: all that deviates from an exact line."""

_Point = tuple[float, float]
_Line = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Link:
    """`points = offset + slope · value`. `overlap` models went into it; `correlation` tells how alike they rank."""

    offset: float
    slope: float
    overlap: int
    correlation: float

    def apply(self, figure: Figure) -> Figure:
        return Figure(self.offset + self.slope * figure.value, abs(self.slope) * figure.sd)


IDENTITY = Link(0.0, 1.0, 0, 1.0)


def link(values: Mapping[str, float], scale: Mapping[str, float], min_overlap: int) -> Link | None:
    """The link from what both have; None where that is too little, or one of the two has no spread."""
    points = [(values[name], scale[name]) for name in sorted(values.keys() & scale.keys())]
    if len(points) < min_overlap:
        return None
    points = _near(points)
    line = _line(points)
    if line is None or not line[1]:
        return None
    xs, ys = zip(*points, strict=True)
    return Link(*line, len(points), statistics.correlation(xs, ys))


def _near(points: Sequence[_Point]) -> list[_Point]:
    """The points without those far from the line that most are near, of the lines that all but one of them make."""
    lines = (_line([*points[:place], *points[place + 1 :]]) for place in range(len(points)))
    off = [[_off(line, point) for point in points] for line in lines if line is not None]
    best = min(off, key=statistics.median, default=[0.0] * len(points))
    far = max(_FAR * statistics.median(best), _ROUNDING * _spread([y for _, y in points]))
    return [point for point, away in zip(points, best, strict=True) if away <= far]


def _line(points: Sequence[_Point]) -> _Line | None:
    """Offset and slope of the line with the points' means and spreads; None where the first of the two has none."""
    xs, ys = zip(*points, strict=True)
    spread = _spread(xs)
    if not spread:
        return None
    slope = _spread(ys) / spread
    return (math.fsum(ys) - slope * math.fsum(xs)) / len(points), slope


def _spread(values: Sequence[float]) -> float:
    # The mean of equal values may differ from them by a rounding, which would be a spread.
    if min(values) == max(values):
        return 0.0
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def _off(line: _Line, point: _Point) -> float:
    return abs(point[1] - line[0] - line[1] * point[0])


def links(
    evidence: Evidence, models: Sequence[KnownModel], category: CategoryMap, choices: QualityMap
) -> dict[Measure, Link]:
    """The link of every measure of a category that can be put onto its scale."""
    scale = _values(evidence, models, SCALE_SOURCE, category.scale)
    found = {}
    for measure in category.measures:
        if (measure.source, measure.names) == (SCALE_SOURCE, category.scale):
            found[measure] = IDENTITY
            continue
        values = _values(evidence, models, measure.source, measure.names)
        if (linked := link(values, scale, choices.min_overlap)) is not None:
            found[measure] = linked
    return found


def _values(evidence: Evidence, models: Sequence[KnownModel], source: str, names: Sequence[str]) -> dict[str, float]:
    figures = ((model.key, evidence.of_model(model, source, names)) for model in models)
    return {key: figure.value for key, figure in figures if figure is not None}
