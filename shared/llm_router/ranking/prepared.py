"""A catalogue made ready for ranking, once per version: what every request would otherwise work out again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llm_router.catalogue.entry import Capability, ModelEntry, QualityTable
from llm_router.ranking.latency import ASSUMED_FIRST_TOKEN_MS, ASSUMED_TOKENS_PER_SECOND
from llm_router.taxonomy import Category, Difficulty

LEVELS: tuple[Difficulty, ...] = (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD)

Curve = tuple[float, float, float, float, float, float]
"""Log-odds of doing well at the three difficulties, then their standard deviations on the scale of chances."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One model, its numbers at hand. Prices are USD per token, None when either is not known."""

    model: ModelEntry
    usd_in: float | None
    usd_out: float
    thinks: bool
    first_token_ms: float
    ms_per_token: float
    speed_measured: bool
    curves: Mapping[Category, Curve]


def prepare(models: Iterable[ModelEntry]) -> tuple[Prepared, ...]:
    """Every model in the order given."""
    return tuple(_prepared(model) for model in models)


def _prepared(model: ModelEntry) -> Prepared:
    first, speed = model.latency.time_to_first_token_ms, model.latency.output_tokens_per_second
    priced = model.input_usd_per_mtok is not None and model.output_usd_per_mtok is not None
    return Prepared(
        model=model,
        usd_in=(model.input_usd_per_mtok or 0.0) / 1e6 if priced else None,
        usd_out=(model.output_usd_per_mtok or 0.0) / 1e6,
        thinks=Capability.REASONING in model.capabilities,
        first_token_ms=ASSUMED_FIRST_TOKEN_MS if first is None else first,
        ms_per_token=1000 / (speed or ASSUMED_TOKENS_PER_SECOND),
        speed_measured=first is not None and bool(speed),
        curves=_curves(model.quality),
    )


def _curves(table: QualityTable) -> dict[Category, Curve]:
    curves: dict[Category, Curve] = {}
    for category, cells in table.items():
        if all(level in cells for level in LEVELS):
            easy, medium, hard = (cells[level] for level in LEVELS)
            curves[category] = (
                log_odds(easy.mean),
                log_odds(medium.mean),
                log_odds(hard.mean),
                easy.sd,
                medium.sd,
                hard.sd,
            )
    return curves


def log_odds(chance: float) -> float:
    """The logarithm of the odds, kept finite: nothing is ever quite certain."""
    bounded = min(0.999, max(0.001, chance))
    return math.log(bounded / (1 - bounded))
