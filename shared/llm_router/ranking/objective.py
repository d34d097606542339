"""The one objective: how much quality is worth how much money, and how `preference` moves between them.

    score = preference · quality + (1 − preference) · thrift(cost),    thrift(cost) = 1 − log10(1 + cost / c₀) / 4

Each term depends on the model alone, never on the other candidates or on `preference`. From this follow, by the
usual exchange argument for weighted sums, the promises that tests hold: raising `preference` never lowers the
expected quality of the winner, lowering it never raises its cost, a dominated model never wins, and taking a
loser away changes nothing. Models that are more likely to fail than to do well, and those of which nothing is known,
come after all others, whatever they cost: preference 0 asks for the cheapest *that will do*. After even those come
models that think so long that they are cut off before half of their answer: they cost money and do not answer.
"""

from __future__ import annotations

import math
from typing import NamedTuple

NEGLIGIBLE_USD = 1e-4
"""c₀: below a hundredth of a cent money hardly counts, above it every tenfold counts the same."""

DECADES = 4.0
"""Thrift falls from 1 for nothing to 0 at c₀ · 10⁴, one dollar for one request."""

WILL_DO = 0.5
"""A model will do when there is evidence of it, by which it is at least as likely to do well as not."""

DEFAULT_PREFERENCE = 0.5
"""The middle of the scale, stated rather than tuned: what it reaches and costs is measured by `make evaluate` and told
in docs/choosing.md."""


Place = tuple[bool, bool, float, float, float, float, str]
"""Sorts candidates, best first: those with room to answer, that will do, the higher score, then the cheaper, the
better, the sooner done, the name."""


class Standing(NamedTuple):
    """A place, its parts by name. Ties never fall back on the order of the catalogue."""

    will_not_answer: bool
    will_not_do: bool
    negative_score: float
    usd: float
    negative_quality: float
    wait_ms: float
    model_id: str

    @property
    def score(self) -> float:
        """The objective's value."""
        return -self.negative_score

    @property
    def quality(self) -> float:
        """The expected quality that went into it."""
        return -self.negative_quality


def thrift(usd: float) -> float:
    """1 for nothing, falling with the logarithm of the cost; below 0 past a dollar a request."""
    return 1 - math.log10(1 + usd / NEGLIGIBLE_USD) / DECADES


def place_of(
    model_id: str,
    quality: float,
    usd: float,
    preference: float,
    *,
    wait_ms: float = 0.0,
    evidenced: bool = True,
    silent: bool = False,
) -> Place:
    """The place of a candidate of this expected quality and cost; `silent` where its thoughts leave less than half
    of its answer. How long it takes decides between those that are equal in both, such as hosts of one model."""
    score = preference * quality + (1 - preference) * thrift(usd)
    return silent, not evidenced or quality < WILL_DO, -score, usd, -quality, wait_ms, model_id
