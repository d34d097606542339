"""Putting one measure onto another's scale: mean-sigma linking over what both have measured.

The linear map that gives the linked measure the mean and the spread of the scale over the common models (Kolen and
Brennan, Test Equating, Scaling, and Linking, 2014, ch. 6). Unlike a regression it does not draw a noisy measure
towards the mean: how far a measure is to be believed is told by its standard error, not by its slope.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llm_router.catalogue.evidence import Evidence, Figure
from llm_router.catalogue.quality_map import SCALE_SOURCE, CategoryMap, Measure, QualityMap
from llm_router.catalogue.tables import KnownModel


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
    common = sorted(values.keys() & scale.keys())
    if len(common) < min_overlap:
        return None
    xs, ys = [values[name] for name in common], [scale[name] for name in common]
    spread_x, spread_y = statistics.stdev(xs), statistics.stdev(ys)
    if not spread_x or not spread_y:
        return None
    slope = spread_y / spread_x
    offset = math.fsum(ys) / len(ys) - slope * math.fsum(xs) / len(xs)
    return Link(offset, slope, len(common), statistics.correlation(xs, ys))


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
