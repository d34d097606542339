"""How long an answer will take: time to the first token, then tokens at the model's speed."""

from __future__ import annotations

from typing import NamedTuple

from llm_router.outcomes import LiveLatency

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


def expected_wait(
    first_token_ms: float,
    ms_per_token: float,
    live: LiveLatency | None,
    tokens: int,
    *,
    measured: bool,
    included: int = 0,
) -> Wait:
    """Catalogue figures, drawn towards what was measured here in proportion to how much was measured.

    So many `included` tokens of all are thought within the catalogue's time to the first token already.
    """
    if live is None:
        return Wait(first_token_ms + (tokens - included) * ms_per_token, measured)
    share = live.n / (live.n + PRIOR_ANSWERS)
    first = (1 - share) * first_token_ms + share * live.time_to_first_token_ms
    each = (1 - share) * ms_per_token + share * 1000 / max(live.output_tokens_per_second, SLOWEST)
    return Wait(first + (tokens - (1 - share) * included) * each, measured=True)
