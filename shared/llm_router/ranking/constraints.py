"""Which models may be used, and why the others may not: each demand that is not met, and to what it would change."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from llm_router.catalogue.entry import ModelEntry, ModelStatus
from llm_router.catalogue.naming import names_of
from llm_router.ranking.task import Constraints, Task
from llm_router.ranking.told import (
    STEP_MS,
    STEP_QUALITY,
    STEP_USD,
    enough_usd,
    low_quality,
    told_ms,
    told_quality,
    told_usd,
    usd,
)

if TYPE_CHECKING:
    from llm_router.ranking.columns import Flags, Numbers


class Reason(StrEnum):
    """Why a model is out."""

    INACTIVE = "inactive"
    UNUSABLE = "unusable"
    KEY = "key"
    PRICE_UNKNOWN = "price_unknown"
    CONTEXT_WINDOW = "context_window"
    MAX_OUTPUT = "max_output_tokens"
    COST = "max_cost_usd"
    LATENCY = "max_latency_ms"
    QUALITY = "min_quality"
    PROVIDER = "providers"
    EXCLUDED = "exclude_models"
    CAPABILITY = "capabilities"
    OPEN_WEIGHTS = "open_weights"
    LICENSE = "licenses"
    REGION = "regions"


class Violation(NamedTuple):
    """One demand that a model does not meet.

    `path` is the field that binds, or None where no field of the request could change it. `relaxed` says to
    what the field would have to change for this model; `distance` orders relaxations: 0 is none, 1 is a
    doubling, and demands that are not numbers count as 1.
    """

    reason: Reason
    detail: str
    path: str | None = None
    relaxed: str = ""
    distance: float = 1.0


DROP = "drop the demand"
"""The relaxation where no other value of the field would do."""

LEAST_QUALITY = 1e-3
"""To what a demand on quality counts as lowered where it is dropped, or where a model is expected to do less."""

NOT_ALLOWED = "is not allowed to this key"
"""Why a model cannot be used that the caller's key does not allow."""

ASSUMED_WINDOW = 4096
"""Tokens that a model whose window is not known is trusted with: the smallest window of any model in use."""


class Prospect(NamedTuple):
    """What a model would make of the task, as far as the constraints ask. None: not known.

    `input_tokens` are all that stand before the answer in its window, those of the conversation before it too.
    `silent` where its thoughts leave less than half of the answer: then it meets no demand on quality.
    """

    model: ModelEntry
    usd: float | None
    wait_ms: float
    quality: float
    input_tokens: int
    answer_tokens: int
    silent: bool = False


def not_allowed(ids: Iterable[str]) -> dict[str, str]:
    """Why these models cannot be used, by id: the caller's key does not allow them."""
    return dict.fromkeys(ids, NOT_ALLOWED)


def out_of_use(model: ModelEntry, why: str) -> tuple[Violation, ...]:
    """What keeps out a model that cannot be used here, whatever is asked of it."""
    return (*_inactive(model), Violation(Reason.KEY if why == NOT_ALLOWED else Reason.UNUSABLE, why))


def violations(prospect: Prospect, task: Task, limits: Constraints) -> list[Violation]:
    """Everything that keeps this model out; empty when it may be used."""
    model = prospect.model
    found = _inactive(model)
    if prospect.usd is None:
        found.append(Violation(Reason.PRICE_UNKNOWN, "has no known price"))
    if limits.names_any or task.requires:
        _check_names(model, limits, found)
        _check_properties(model, task, limits, found)
    _check_window(prospect, limits, found)
    if limits.bounds_any:
        _check_numbers(prospect, limits, task.dearest.assumed, found)
    return found


def _inactive(model: ModelEntry) -> list[Violation]:
    return [] if model.status is ModelStatus.ACTIVE else [Violation(Reason.INACTIVE, f"is {model.status}")]


def _check_names(model: ModelEntry, limits: Constraints, found: list[Violation]) -> None:
    if limits.providers and model.provider.casefold() not in limits.any_provider:
        found.append(
            Violation(Reason.PROVIDER, f"is from {model.provider}", "constraints.providers", f"add {model.provider}")
        )
    if limits.exclude_models and (named := [name for name in names_of(model) if name in limits.written_out]):
        names = " and ".join(sorted(limits.written_out[name] for name in named))
        found.append(
            Violation(Reason.EXCLUDED, "is excluded by the request", "constraints.exclude_models", f"drop {names}")
        )


def _check_properties(model: ModelEntry, task: Task, limits: Constraints, found: list[Violation]) -> None:
    if task.requires and (missing := task.requires - model.capabilities):
        found.append(Violation(Reason.CAPABILITY, f"lacks {', '.join(sorted(missing))}, which the request needs"))
    if limits.capabilities and (missing := limits.capabilities - task.requires - model.capabilities):
        names = ", ".join(sorted(missing))
        found.append(
            Violation(
                Reason.CAPABILITY, f"lacks {names}", "constraints.capabilities", f"do without {names}", len(missing)
            )
        )
    if limits.open_weights is not None and model.open_weights is not limits.open_weights:
        known = {True: "has open weights", False: "has closed weights", None: "is not known to have open weights"}
        found.append(Violation(Reason.OPEN_WEIGHTS, known[model.open_weights], "constraints.open_weights", DROP))
    if limits.licenses and (model.license is None or model.license.casefold() not in limits.any_license):
        relaxed = f"add {model.license}" if model.license else DROP
        detail = f"licence is {model.license or 'not known'}"
        found.append(Violation(Reason.LICENSE, detail, "constraints.licenses", relaxed))
    if limits.regions and limits.any_region.isdisjoint(map(str.casefold, model.regions)):
        relaxed = f"add {min(model.regions)}" if model.regions else DROP
        detail = f"is served in {', '.join(model.regions) or 'no known region'}"
        found.append(Violation(Reason.REGION, detail, "constraints.regions", relaxed))


def _check_window(prospect: Prospect, limits: Constraints, found: list[Violation]) -> None:
    """The prompt and its answer must fit the window; the answer may be as long as `max_tokens` says."""
    has = prospect.model.context_window
    reserved = limits.max_tokens
    needed = prospect.input_tokens + (prospect.answer_tokens if reserved is None else reserved)
    asked = limits.min_context_tokens or 0
    window = has if has is not None else ASSUMED_WINDOW if asked == 0 else 0
    if reserved is not None:
        _check_length(prospect, reserved, window, found)
    if asked > window or (reserved is None and needed > window):
        wanted, short = max(needed, asked), "not known" if has is None else str(has)
        relaxed = DROP if has is None else short
        path = "constraints.min_context_tokens" if asked > window and (reserved or needed <= window) else None
        distance = _doublings(wanted, has) if has else math.inf
        found.append(Violation(Reason.CONTEXT_WINDOW, f"needs {wanted}, has {short}", path, relaxed, distance))


def _check_length(prospect: Prospect, wanted: int, window: int, found: list[Violation]) -> None:
    """The longest answer that is wanted must fit what the model writes at most, and what the prompt leaves it."""
    room, most = window - prospect.input_tokens, prospect.model.max_output_tokens
    if wanted <= room and (most is None or wanted <= most):
        return
    if most is not None and most <= room:
        reason, detail, fits = Reason.MAX_OUTPUT, f"writes at most {most} tokens, {wanted} wanted", most
    else:
        reason, detail, fits = Reason.CONTEXT_WINDOW, f"needs {prospect.input_tokens + wanted}, has {window}", room
    path = "constraints.max_tokens" if fits > 0 else None
    found.append(Violation(reason, detail, path, str(fits), _doublings(wanted, fits)))


def _check_numbers(prospect: Prospect, limits: Constraints, assumed: str, found: list[Violation]) -> None:
    most = limits.max_cost_usd
    if most is not None and prospect.usd is not None and told_usd(prospect.usd) > most:
        found.append(too_dear(prospect.usd, most, assumed))
    if limits.max_latency_ms is not None and told_ms(prospect.wait_ms) > limits.max_latency_ms:
        told = told_ms(prospect.wait_ms)
        found.append(
            Violation(
                Reason.LATENCY,
                f"would take about {told} ms",
                "constraints.max_latency_ms",
                str(told),
                _doublings(prospect.wait_ms, limits.max_latency_ms),
            )
        )
    if limits.min_quality and prospect.silent:
        detail, distance = "is cut off before half of its answer", _doublings(limits.min_quality, LEAST_QUALITY)
        found.append(Violation(Reason.QUALITY, detail, "constraints.min_quality", DROP, distance))
    elif limits.min_quality is not None and told_quality(prospect.quality) < limits.min_quality:
        found.append(
            Violation(
                Reason.QUALITY,
                f"expected quality is {prospect.quality:.3f}",
                "constraints.min_quality",
                low_quality(prospect.quality),
                _doublings(limits.min_quality, max(prospect.quality, LEAST_QUALITY)),
            )
        )


def clear_of_bounds(limits: Constraints, usd: Numbers, wait_ms: Numbers, quality: Numbers, silent: Flags) -> Flags:
    """Which models' figures keep every bound by more than telling them could hide, so that `violations` finds nothing
    in them; of those that are nearer to one only that function can tell."""
    clear = ~silent | (not limits.min_quality)
    if limits.max_cost_usd is not None:
        clear &= usd < limits.max_cost_usd - STEP_USD
    if limits.max_latency_ms is not None:
        clear &= wait_ms < limits.max_latency_ms - STEP_MS
    if limits.min_quality is not None:
        clear &= quality > limits.min_quality + STEP_QUALITY
    return clear


def too_dear(amount: float, most: float, assumed: str = "") -> Violation:
    """A model that costs so many USD where at most `most` may be paid, and what is `assumed` for that, if anything."""
    detail = f"would cost about {usd(amount)}" + (f", with {assumed}" if assumed else "")
    return Violation(Reason.COST, detail, "constraints.max_cost_usd", enough_usd(amount), _doublings(amount, most))


def _doublings(larger: float, smaller: float) -> float:
    """From the smaller to the larger; none where it is not smaller, as what is told in round figures may not be."""
    return max(0.0, math.log2(larger) - math.log2(smaller)) if smaller > 0 else math.inf
