"""Ranks the catalogue for one task: who may be used, in which order, and why each other one is out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import FieldProblem, NoEligibleModel
from llm_router.ranking.constraints import Prospect, Violation, nearest, violations
from llm_router.ranking.cost import Price, expected_price
from llm_router.ranking.latency import Wait, expected_wait
from llm_router.ranking.objective import Standing, standing
from llm_router.ranking.prepared import Prepared
from llm_router.ranking.quality import Quality, demand, expected_quality
from llm_router.ranking.task import Constraints, Surroundings, Task


class Candidate(NamedTuple):
    """A model that may be used, with everything its place rests on."""

    model: ModelEntry
    standing: Standing
    quality: Quality
    price: Price
    wait: Wait


class Exclusion(NamedTuple):
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
    models: Iterable[Prepared], task: Task, limits: Constraints, preference: float, around: Surroundings
) -> Ranking:
    """The ranking; raises `NoEligibleModel` naming what binds when nobody is left."""
    wanted = demand(task.chances, task.difficulty, task.complexity)
    candidates: list[Candidate] = []
    excluded: list[Exclusion] = []
    for prepared in models:
        model = prepared.model
        quality = expected_quality(prepared.curves, wanted)
        price = expected_price(prepared, task, limits.max_tokens)
        answer_tokens = price.output_tokens + price.thinking_tokens
        wait = expected_wait(
            prepared.first_token_ms,
            prepared.ms_per_token,
            around.live.get(model.id),
            answer_tokens,
            measured=prepared.speed_measured,
        )
        prospect = Prospect(model, price.usd, wait.ms, quality.expected, answer_tokens)
        found = violations(prospect, task, limits, around.unusable.get(model.id))
        place = None
        if price.usd is not None:
            place = standing(model.id, quality=quality.expected, usd=price.usd, preference=preference)
        if found or place is None:
            excluded.append(Exclusion(model, tuple(found), place))
        else:
            candidates.append(Candidate(model, place, quality, price, wait))
    if not candidates:
        raise _nobody(excluded)
    candidates.sort(key=_place)
    excluded.sort(key=lambda exclusion: exclusion.model.id)
    return Ranking(tuple(candidates), tuple(excluded))


def _place(candidate: Candidate) -> tuple[bool, float, float, float, str]:
    return candidate.standing.sort_key()


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
