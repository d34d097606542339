"""How able a model is at a kind of work, in points on the category's scale, from all measures together."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from llm_router.catalogue.entry import Basis
from llm_router.catalogue.evidence import Evidence, Figure
from llm_router.catalogue.linking import Link, links
from llm_router.catalogue.quality_map import Measure, QualityMap
from llm_router.catalogue.tables import KnownModel
from llm_router.taxonomy import Category, Difficulty


@dataclass(frozen=True, slots=True)
class Ability:
    """Points with their standard error, and where they come from. `as_of` is the oldest source's date."""

    points: float
    sd: float
    sources: frozenset[str]
    basis: Basis
    as_of: str
    imputed: bool = False


Levels = Mapping[Difficulty, Ability]


def abilities(
    evidence: Evidence, models: Sequence[KnownModel], choices: QualityMap
) -> dict[str, dict[Category, Levels]]:
    """Every model's abilities by its key, gaps filled from its own other cells; models without any are left out."""
    found: dict[str, dict[Category, Levels]] = {model.key: {} for model in models}
    spreads: dict[Category, Figure] = {}
    for name, category in choices.categories.items():
        population = [figure.value for figure in evidence.population(category.scale).values()]
        if len(population) < choices.min_overlap:
            continue
        spreads[name] = Figure(statistics.fmean(population), statistics.stdev(population) or 1.0)
        linked = links(evidence, models, category, choices)
        for model in models:
            if levels := _levels(evidence, model, linked):
                found[model.key][name] = _fill_levels(levels, choices.level_sd)
    return {key: _fill_categories(cells, spreads, choices.category_sd) for key, cells in found.items() if cells}


def _levels(evidence: Evidence, model: KnownModel, linked: Mapping[Measure, Link]) -> dict[Difficulty, Ability]:
    said: dict[Difficulty, list[Ability]] = {}
    for measure, link in linked.items():
        figure = evidence.of_model(model, measure.source, measure.names)
        if figure is None:
            continue
        points, noise = link.apply(figure)
        ability = Ability(
            points,
            math.hypot(noise, measure.sd),
            frozenset({measure.source}),
            measure.basis,
            evidence.as_of[measure.source],
        )
        for level in measure.levels:
            said.setdefault(level, []).append(ability)
    return {level: combine(abilities) for level, abilities in said.items()}


def combine(abilities: Sequence[Ability]) -> Ability:
    """The precision-weighted mean. Where measures disagree by more than their errors, the error grows (Birge ratio)."""
    weights = [ability.sd**-2 for ability in abilities]
    total = math.fsum(weights)
    points = math.fsum(weight * ability.points for weight, ability in zip(weights, abilities, strict=True)) / total
    sd = total**-0.5
    if len(abilities) > 1:
        chi = math.fsum(((ability.points - points) / ability.sd) ** 2 for ability in abilities)
        sd *= max(1.0, math.sqrt(chi / (len(abilities) - 1)))
    return _pooled(abilities, points, sd)


def _pooled(abilities: Iterable[Ability], points: float, sd: float) -> Ability:
    """An ability with the sources, the basis and the oldest date of those it was made from."""
    abilities = list(abilities)
    bases = {ability.basis for ability in abilities}
    return Ability(
        points,
        sd,
        frozenset[str]().union(*(ability.sources for ability in abilities)),
        bases.pop() if len(bases) == 1 else Basis.BOTH,
        min(ability.as_of for ability in abilities),
    )


def _fill_levels(levels: Mapping[Difficulty, Ability], extra_sd: float) -> dict[Difficulty, Ability]:
    """All three difficulties; a missing one has the mean of the others, and is less certain."""
    known = list(levels.values())
    mean = math.fsum(ability.points for ability in known) / len(known)
    sd = math.hypot(max(ability.sd for ability in known), extra_sd)
    missing = replace(_pooled(known, mean, sd), imputed=True)
    return {level: levels.get(level, missing) for level in Difficulty}


def _fill_categories(
    cells: Mapping[Category, Levels], spreads: Mapping[Category, Figure], extra_sd: float
) -> dict[Category, Levels]:
    """All categories; a missing one has the model's mean standing in the others, moved to its scale."""
    filled = dict(cells)
    for name, (mean, spread) in spreads.items():
        if name in cells:
            continue
        levels = {}
        for level in Difficulty:
            known = [levels_of[level] for levels_of in cells.values()]
            standing = math.fsum(
                (levels_of[level].points - spreads[other].value) / spreads[other].sd
                for other, levels_of in cells.items()
            ) / len(cells)
            sd = math.hypot(max(ability.sd for ability in known), extra_sd)
            levels[level] = replace(_pooled(known, mean + spread * standing, sd), imputed=True)
        filled[name] = levels
    return filled
