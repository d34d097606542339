"""Ranks the catalogue for one task: who may be used, in which order, and why each other one is out."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.ranking.constraints import Prospect, out_of_use, violations
from llm_router.ranking.cost import (
    Price,
    carried_usd,
    expected_price,
    expected_tokens,
    full_usd,
    length_of,
    saved_usd,
    thinking_needed,
)
from llm_router.ranking.latency import Wait, expected_wait
from llm_router.ranking.objective import Place, Standing, place_of
from llm_router.ranking.prepared import Prepared
from llm_router.ranking.quality import Demand, Quality, cautious, demand, expected_quality, is_evidenced, moments
from llm_router.ranking.relaxation import Exclusion, nobody
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.ranking.tokens import UNSURE

MOST_RANKED = 20
"""Candidates that an answer tells of: with thousands of models the rest would only make it long."""


class Candidate(NamedTuple):
    """A model that may be used, with everything its place rests on.

    `standing.usd` is what it was ranked by: the price of the request and of the session that goes with it.
    """

    model: ModelEntry
    standing: Standing
    quality: Quality
    price: Price
    wait: Wait

    @property
    def usd(self) -> float:
        """What this request is expected to cost; a model without a price is no candidate."""
        return self.price.usd or 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best candidates, best first, how many there are in all, and everything that is out.

    `named` is the candidate that was asked for by name, though it may stand behind the best; None where it is out.
    """

    candidates: tuple[Candidate, ...]
    eligible: int
    excluded: tuple[Exclusion, ...]
    named: Candidate | None = None


class Outlook(NamedTuple):
    """What is expected of one model: how long the whole answer takes, the chance that it is good, and whether it is
    `silent`, cut off before half of what is wanted."""

    wait_ms: float
    quality: float
    silent: bool = False


def rank(
    models: Sequence[Prepared],
    task: Task,
    limits: Constraints,
    preference: float,
    around: Surroundings,
    most: int = MOST_RANKED,
    name: str | None = None,
) -> Ranking:
    """The ranking, with the candidate whose id is `name`; raises `NoEligibleModel` naming what binds when nobody is
    left.

    A bound on the price binds what is paid when the provider's cache has forgotten the session and, where a model is to
    answer, when it reads somewhat more than is expected. For its place a model counts with all that it needs to think
    and all that is wanted of it, though less is billed where the answer is cut off before: one that says half of it
    must not seem as cheap as one that answers at once and in full. One whose thoughts leave less than half of what is
    wanted stands behind all that answer, and meets no `min_quality`.
    """
    wanted = demand(task.chances, task.difficulty, task.complexity, task.requires)
    placed, excluded = _divided(models, task, limits, preference, around, _Figures(task, wanted))
    if not placed:
        raise nobody(excluded, limits)
    best = heapq.nsmallest(most, placed)  # ids differ, so places do, and nothing behind them is ever compared
    named = [] if name is None else [each for each in placed if each[1].model.id == name]
    told = [_candidate(place, prepared, task, limits, wanted, around) for place, prepared in best + named]
    return Ranking(
        candidates=tuple(told[: len(best)]),
        eligible=len(placed),
        excluded=tuple(sorted(excluded, key=_name)),
        named=told[-1] if named else None,
    )


def _divided(
    models: Sequence[Prepared],
    task: Task,
    limits: Constraints,
    preference: float,
    around: Surroundings,
    figures: _Figures,
) -> tuple[list[tuple[Place, Prepared]], list[Exclusion]]:
    """Those that may be used, each with its place, and those that are out."""
    length = length_of(task, limits.max_tokens)
    undemanding = not (limits.demands_any or task.requires)
    placed: list[tuple[Place, Prepared]] = []
    excluded: list[Exclusion] = []
    for prepared in models:
        model = prepared.model
        if (unusable := around.unusable.get(model.id)) is not None:
            excluded.append(Exclusion(model, out_of_use(model, unusable), None))
            continue
        (quality, evidenced), (reads, fills) = figures.quality(prepared), figures.reads(prepared)
        needed = thinking_needed(prepared, length)
        output, thinking = expected_tokens(prepared, length, needed)
        tokens, silent = output + thinking, thinking > 0 and output * 2 < length.wanted
        usd, spent = _compared_usd(prepared, task, reads, tokens, length.wanted + needed)
        wait_ms = _wait_ms(prepared, output, thinking, around)
        place = (
            None
            if spent is None
            else place_of(model.id, quality, spent, preference, wait_ms=wait_ms, evidenced=evidenced, silent=silent)
        )
        if undemanding and place is not None and fills + tokens <= prepared.safe_tokens:
            placed.append((place, prepared))
            continue
        bounded = task.generated and limits.max_cost_usd is not None
        dear = _at_least(prepared, task, usd, reads) if bounded else usd
        found = violations(Prospect(model, dear, wait_ms, quality, fills, tokens, silent), task, limits)
        if found or place is None:
            excluded.append(Exclusion(model, tuple(found), place))
        else:
            placed.append((place, prepared))
    return placed, excluded


class _Figures:
    """Expected quality and tokens to read, worked out once for all models that share a curve or a tokenizer."""

    def __init__(self, task: Task, wanted: Demand) -> None:
        self._reading, self._filling, self._wanted = task.reading, task.filling, wanted
        self._qualities: dict[int, tuple[float, bool]] = {}
        self._reads: dict[int, tuple[int, int]] = {}

    def quality(self, prepared: Prepared) -> tuple[float, bool]:
        """What is expected, and whether on any evidence."""
        curves, wanted = prepared.curves, self._wanted
        found = self._qualities.get(id(curves))
        if found is None:
            found = cautious(*moments(curves, wanted), wanted), is_evidenced(curves, wanted)
            self._qualities[id(curves)] = found
        return found

    def reads(self, prepared: Prepared) -> tuple[int, int]:
        """What it reads for this request, and what that fills of its window."""
        found = self._reads.get(id(prepared.ratios))
        if found is None:
            found = self._reading.by(prepared.ratios), self._filling.by(prepared.ratios)
            self._reads[id(prepared.ratios)] = found
        return found


def _compared_usd(
    prepared: Prepared, task: Task, reads: int, tokens: int, in_full: int
) -> tuple[float | None, float | None]:
    """The price with `tokens` written, and what the place goes by: with all `in_full`, and with the session's part."""
    usd = spent = full_usd(prepared, task, reads, tokens)
    if in_full > tokens:
        spent = full_usd(prepared, task, reads, in_full)
    if spent is not None and task.held is not None:
        spent = spent - saved_usd(prepared, task, reads) + carried_usd(prepared, task, reads)
    return usd, spent


def _at_least(prepared: Prepared, task: Task, usd: float | None, reads: int) -> float | None:
    """The expected price or, where that is more, what reading somewhat more than expected costs with any answer."""
    least = full_usd(prepared, task, math.ceil(reads * UNSURE), 1)
    return usd if usd is None or least is None else max(usd, least)


def _candidate(
    place: Place, prepared: Prepared, task: Task, limits: Constraints, wanted: Demand, around: Surroundings
) -> Candidate:
    price = expected_price(prepared, task, limits.max_tokens)
    wait = wait_for(prepared, price.output_tokens, price.thinking_tokens, around)
    return Candidate(prepared.model, Standing(*place), expected_quality(prepared.curves, wanted), price, wait)


def outlook(prepared: Prepared, task: Task, limits: Constraints, around: Surroundings) -> Outlook:
    """What a ranking would expect of the model, whether or not it may be used."""
    wanted = demand(task.chances, task.difficulty, task.complexity, task.requires)
    price = expected_price(prepared, task, limits.max_tokens)
    silent = price.thinking_tokens > 0 and price.output_tokens * 2 < price.output_wanted
    wait = wait_for(prepared, price.output_tokens, price.thinking_tokens, around)
    return Outlook(wait.ms, expected_quality(prepared.curves, wanted).expected, silent)


def wait_for(prepared: Prepared, output: int, thinking: int, around: Surroundings) -> Wait:
    """Until the model has thought and written so many tokens."""
    live = around.live.get(prepared.model.id) if around.live else None
    return expected_wait(
        prepared.first_token_ms,
        prepared.ms_per_token,
        live,
        output + thinking,
        measured=prepared.speed_measured,
        included=thinking if prepared.thought_first else 0,
    )


def _wait_ms(prepared: Prepared, output: int, thinking: int, around: Surroundings) -> float:
    """As `wait_for`, for every model of a catalogue: of those that nobody timed here in a fraction of the time."""
    if around.live and prepared.model.id in around.live:
        return wait_for(prepared, output, thinking, around).ms
    written = output if prepared.thought_first else output + thinking
    return prepared.first_token_ms + written * prepared.ms_per_token


def _name(exclusion: Exclusion) -> str:
    return exclusion.model.id
