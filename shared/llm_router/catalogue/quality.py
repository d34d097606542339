"""The chance that a model does a kind of work well, at each difficulty, from public evaluations.

A model's ability R in a category is a number of points on LMArena's scale (abilities.py). A panel of small models
marks where the difficulties lie: it does work of medium difficulty well half the time, and easy and hard work stand
so many points below and above as the map says. From there log-odds are linear in ability minus difficulty, as in
item response theory (Rasch 1960):

    chance = ceiling · logistic(slope · (R − R_panel − distance))

The ability is uncertain: mean and standard deviation of the chance are taken over its normal distribution. No price
enters anywhere.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import replace

from llm_router.catalogue.abilities import Ability, Levels, abilities
from llm_router.catalogue.entry import Basis, QualityEstimate, QualityTable
from llm_router.catalogue.evidence import Evidence
from llm_router.catalogue.linking import links
from llm_router.catalogue.quality_map import CategoryMap, QualityMap
from llm_router.catalogue.records import Reading
from llm_router.catalogue.tables import KnownModel, Tables
from llm_router.taxonomy import Category, Difficulty

PRIOR_WEIGHT = 10.0
"""Public evidence counts as much as this many outcomes measured here; imputed evidence as much as a third of it."""

IMPUTED_WEIGHT = 3.0
LEAST_SD = 0.01
_EVEN = 0.5
_STEPS = 25
_QUANTILES = tuple(statistics.NormalDist().inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS))
"""A normal distribution as equally likely points."""


def estimate(
    readings: Iterable[Reading], models: Iterable[KnownModel], choices: QualityMap, tables: Tables
) -> dict[str, QualityTable]:
    """Quality tables by model key, for every model with evidence of its own or of a predecessor's."""
    evidence = Evidence(readings, choices, tables)
    wanted = {model.key: model for model in models}
    able = abilities(evidence, _everyone(wanted.values(), tables), choices)
    panel = _panel(evidence, choices)
    found = {}
    for key in sorted(wanted):
        line = inherited(key, able, tables, choices.predecessor_sd)
        if line is not None:
            found[key] = {
                name: _cells(line[name], choices.categories[name], panel[name], choices)
                for name in Category
                if name in line and name in panel
            }
    return {key: table for key, table in found.items() if table}


def telling(readings: Iterable[Reading], models: Iterable[KnownModel], choices: QualityMap, tables: Tables) -> set[str]:
    """The sources that tell something: at least one of their measures has enough in common with its scale."""
    evidence, everyone = Evidence(readings, choices, tables), _everyone(models, tables)
    return {
        measure.source
        for category in choices.categories.values()
        for measure in links(evidence, everyone, category, choices)
    }


def _everyone(models: Iterable[KnownModel], tables: Tables) -> list[KnownModel]:
    """These and all of the tables, from which the links are made."""
    return sorted({**tables.models, **{model.key: model for model in models}}.values(), key=lambda model: model.key)


def inherited(
    key: str, able: Mapping[str, Mapping[Category, Levels]], tables: Tables, step_sd: float
) -> Mapping[Category, Levels] | None:
    """A model's abilities, or those of the nearest model before it that has any, wider for every step."""
    steps, name = 0, key
    while name not in able:
        model = tables.models.get(name)
        if model is None or model.predecessor is None or steps > len(tables.models):
            return None
        steps, name = steps + 1, model.predecessor
    if not steps:
        return able[name]
    heirloom = frozenset({f"predecessor {name}"})
    return {
        category: {level: _handed_down(ability, heirloom, step_sd * math.sqrt(steps)) for level, ability in row.items()}
        for category, row in able[name].items()
    }


def _handed_down(ability: Ability, heirloom: frozenset[str], extra_sd: float) -> Ability:
    return replace(ability, sd=math.hypot(ability.sd, extra_sd), sources=ability.sources | heirloom, imputed=True)


def _panel(evidence: Evidence, choices: QualityMap) -> dict[Category, float]:
    """Where the panel stands on each category's scale; not where a member is missing, whose absence would move it."""
    points = {}
    for name, category in choices.categories.items():
        rated = evidence.population(category.scale)
        if rated.keys() >= set(choices.panel):
            points[name] = math.fsum(rated[row].value for row in choices.panel) / len(choices.panel)
    return points


def _cells(row: Levels, category: CategoryMap, panel: float, choices: QualityMap) -> dict[Difficulty, QualityEstimate]:
    cells = {level: _cell(row[level], category.slope, panel, choices.anchors[level], choices) for level in Difficulty}
    least = 1.0
    for level in Difficulty:
        if cells[level].mean > least:
            cells[level] = replace(cells[level], mean=least)
        least = cells[level].mean
    return cells


def _cell(ability: Ability, slope: float, panel: float, distance: float, choices: QualityMap) -> QualityEstimate:
    place = slope * (ability.points - panel - distance)
    spread = slope * ability.sd
    chances = [choices.ceiling / (1 + math.exp(-place - spread * quantile)) for quantile in _QUANTILES]
    mean = math.fsum(chances) / _STEPS
    sd = math.sqrt(math.fsum((chance - mean) ** 2 for chance in chances) / _STEPS)
    return QualityEstimate(
        mean=round(mean, 4),
        sd=round(max(LEAST_SD, sd), 4),
        n=IMPUTED_WEIGHT if ability.imputed else PRIOR_WEIGHT,
        source="+".join(sorted(ability.sources)),
        as_of=ability.as_of,
        imputed=ability.imputed,
        basis=ability.basis,
    )


def shrink(prior: QualityEstimate, count: float, good: float) -> QualityEstimate:
    """The estimate once outcomes measured here are known, of which `good` of `count` were done well.

    Both are weights and need not be whole. The mean is that of the outcomes and of the prior, which counts as `prior.n`
    of them. At every caution up to one standard deviation, none below 0, an outcome done well never lowers the estimate
    and one that failed never raises it. The first raises the mean by no more than its share of the weight of the way to
    1, and what caution leaves by no more than twice that: where others failed it also takes back doubt. An estimate
    that was `imputed` stays so until the outcomes weigh more than it did.
    """
    if count <= 0:
        return prior
    total = prior.n + count
    mean = (prior.n * prior.mean + good) / total
    outweighed = count > prior.n
    return QualityEstimate(
        mean=mean,
        sd=_shrunk_sd(prior, count, mean),
        n=total,
        source=prior.source if prior.source.endswith("outcomes") else f"{prior.source}+outcomes",
        as_of=prior.as_of,
        imputed=prior.imputed and not outweighed,
        basis=Basis.OUTCOMES if outweighed else prior.basis,
    )


def _shrunk_sd(prior: QualityEstimate, count: float, mean: float) -> float:
    """Of a share that is as sure as the prior and so many outcomes together; where they are many, as they alone.

    The prior is worth the outcomes that a Beta distribution of its mean and spread holds, and each one measured here
    adds to them, so that only outcomes which draw the mean towards a half can widen it. A prior that is wider than
    `prior.n` outcomes would be is worth those, and what it is wider by fades as its weight in the mean does. One that
    expected better was too sure of itself: by as much as the mean has come down, for the prior's share in it, and by
    no more than if it had been worth `prior.n` outcomes.
    """
    variance, weight = prior.sd * prior.sd, prior.n / (prior.n + count)
    one = _variance_of_one(prior.mean)
    worth = max(prior.n, one / variance) if variance > 0 else math.inf
    wider = max(0.0, variance - one / prior.n) if prior.n > 0 else 0.0
    sd = math.sqrt(_variance_of_one(mean) / (worth + count) + wider * weight * weight)
    down = (prior.mean - mean) * weight if prior.mean > _EVEN else 0.0
    return max(min(LEAST_SD, prior.sd), sd, min(down, math.sqrt(_variance_of_one(mean) / (prior.n + count))))


def _variance_of_one(mean: float) -> float:
    """Of one outcome, done well or not."""
    return max(0.0, mean * (1 - mean))
