"""How long an answer will take: time to the first token, then tokens at the model's speed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_router.outcomes import LiveLatency

if TYPE_CHECKING:
    from llm_router.ranking.columns import Columns, Numbers, Whole

SMALL_USD_PER_MTOK = 2.0
"""Up to this price of a million output tokens a model is taken for a small one."""


class Speed(NamedTuple):
    """How a model answers."""

    first_token_ms: float
    tokens_per_second: float


ASSUMED_OF_SMALL, ASSUMED_OF_LARGE = Speed(1000.0, 90.0), Speed(1500.0, 50.0)
"""Where nobody has measured a model. Small ones go by their price, since it is what the catalogue knows of size. The
slow end of what Artificial Analysis published as medians in the first half of 2026 (small models 0.2 to 0.8 s and 90 to
320 tokens a second, large ones 0.4 to 1.6 s and 50 to 130), so that an unmeasured model seldom passes a limit that it
will not keep."""

SLOWEST = 0.1
"""Tokens a second that any model is taken to write at least, so that every wait is a number that can be told."""

PRIOR_ANSWERS = 5
"""A catalogue figure counts as much as this many answers measured here."""


def assumed_speed(usd_per_mtok: float | None) -> Speed:
    """Of a model whose million output tokens cost so much; of one without a price that of large ones."""
    small = usd_per_mtok is not None and usd_per_mtok <= SMALL_USD_PER_MTOK
    return ASSUMED_OF_SMALL if small else ASSUMED_OF_LARGE


class Wait(NamedTuple):
    """Expected milliseconds to the whole answer; `measured` is False where a figure had to be assumed."""

    ms: float
    measured: bool


def waits_ms(columns: Columns, output: Whole, thinking: Whole, live: Mapping[str, LiveLatency]) -> Numbers:
    """Until each model has thought and written so many tokens: catalogue figures, drawn towards what was measured here
    in proportion to how much was measured. What is thought within the time to the first token is not waited for twice.
    """
    first, each, included = columns.first_token_ms, columns.ms_per_token, columns.thought_first
    if places := columns.among(live):
        first, each, included = _drawn(columns, places, live)
    return first + (output + thinking - included * thinking) * each


def _drawn(columns: Columns, places: list[int], live: Mapping[str, LiveLatency]) -> tuple[Numbers, Numbers, Numbers]:
    """Times to the first token and of each, and the share of the thinking in the first, with what was measured here."""
    import numpy as np

    seen = [live[columns.rows[place].model.id] for place in places]
    counted = np.array([known.n for known in seen])
    share = counted / (counted + PRIOR_ANSWERS)
    speeds = np.maximum([known.output_tokens_per_second for known in seen], SLOWEST)
    first, each, included = columns.first_token_ms.copy(), columns.ms_per_token.copy(), columns.thought_first.copy()
    first[places] = (1 - share) * first[places] + share * np.array([known.time_to_first_token_ms for known in seen])
    each[places] = (1 - share) * each[places] + share * 1000 / speeds
    included[places] *= 1 - share
    return first, each, included
