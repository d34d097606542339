"""Ranks the catalogue for one task: who may be used, in which order, and why each other one is out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import FieldProblem, NoEligibleModel
from llm_router.ranking.constraints import Prospect, Violation, nearest, violations
from llm_router.ranking.cost import Price, expected_price, expected_tokens
from llm_router.ranking.latency import Wait, expected_wait
from llm_router.ranking.objective import Standing, standing
from llm_router.ranking.quality import Quality, demand, expected_quality
from llm_router.ranking.task import Constraints, Surroundings, Task


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may be used, with everything its place rests on."""

    model: ModelEntry
    standing: Standing
    quality: Quality
    price: Price
    wait: Wait


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A model that may not be used, and each demand it does not meet, the first one first.

    `standing` is where it would stand if it might be used; None when its price is not known.
    """

    model: ModelEntry
    violations: tuple[Violation, ...]
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates, best first, and everything that is out."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Exclusion, ...]


def rank(
    models: Iterable[ModelEntry], task: Task, limits: Constraints, preference: float, around: Surroundings
) -> Ranking:
    """The ranking; raises `NoEligibleModel` naming what binds when nobody is left."""
    wanted = demand(task.chances, task.difficulty, task.complexity)
    candidates: list[Candidate] = []
    excluded: list[Exclusion] = []
    for model in models:
        quality = expected_quality(model.quality, wanted)
        price = expected_price(model, task, limits.max_tokens)
        output, thinking = expected_tokens(model, task, limits.max_tokens)
        wait = expected_wait(model.latency, around.live.get(model.id), output + thinking)
        prospect = Prospect(model, price.usd if price else None, wait.ms, quality.expected, output + thinking)
        found = violations(prospect, task, limits, around.unusable.get(model.id))
        if price is None:
            excluded.append(Exclusion(model, tuple(found), None))
            continue
        place = standing(model.id, quality=quality.expected, usd=price.usd, preference=preference)
        if found:
            excluded.append(Exclusion(model, tuple(found), place))
        else:
            candidates.append(Candidate(model, place, quality, price, wait))
    if not candidates:
        raise _nobody(excluded)
    candidates.sort(key=lambda candidate: candidate.standing.sort_key())
    excluded.sort(key=lambda exclusion: exclusion.model.id)
    return Ranking(tuple(candidates), tuple(excluded))


def _nobody(excluded: list[Exclusion]) -> NoEligibleModel:
    """The error for an empty ranking, with the smallest change of the request that would give a model."""
    found = nearest({exclusion.model.id: list(exclusion.violations) for exclusion in excluded})
    if found is None:
        return NoEligibleModel("No model in the catalogue can do this request, whatever its constraints.")
    name, binding = found
    fields = tuple(
        FieldProblem(violation.path or "", f"binds; the nearest value that gives a model: {violation.relaxed}")
        for violation in binding
    )
    changes = " and ".join(f"{violation.path}: {violation.relaxed}" for violation in binding)
    return NoEligibleModel(
        f"No model meets the constraints; the nearest relaxation is {changes} (gives {name}).", fields
    )
