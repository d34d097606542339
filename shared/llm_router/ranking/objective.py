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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_router.ranking.columns import Flags, Numbers, Whole

NEGLIGIBLE_USD = 1e-4
"""c₀: below a hundredth of a cent money hardly counts, above it every tenfold counts the same."""

DECADES = 4.0
"""Thrift falls from 1 for nothing to 0 at c₀ · 10⁴, one dollar for one request."""

WILL_DO = 0.5
"""A model will do when there is evidence of it, by which it is at least as likely to do well as not."""

DEFAULT_PREFERENCE = 0.5
"""The middle of the scale, stated rather than tuned: what it reaches and costs is measured by `make evaluate` and told
in docs/choosing.md."""

_APART = 1000.0
"""Further apart than any two scores: a cost of 1 followed by three hundred noughts takes 76 off one."""

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


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a whole catalogue, each part of them a column; nan where no price is known."""

    will_not_answer: Flags
    will_not_do: Flags
    negative_score: Numbers
    usd: Numbers
    negative_quality: Numbers
    wait_ms: Numbers

    def of(self, rows: Whole, ids: Sequence[str]) -> list[Place]:
        """Those of these rows, of the models with these ids."""
        return list(
            zip(
                self.will_not_answer[rows].tolist(),
                self.will_not_do[rows].tolist(),
                self.negative_score[rows].tolist(),
                self.usd[rows].tolist(),
                self.negative_quality[rows].tolist(),
                self.wait_ms[rows].tolist(),
                ids,
                strict=True,
            )
        )

    def first(self, rows: Whole, most: int) -> Whole:
        """Of these rows at least the best `most`, and no others but those that tie with the last of them by score."""
        import numpy as np

        if len(rows) <= most:
            return rows
        key = self.negative_score[rows] + (2 * self.will_not_answer[rows] + self.will_not_do[rows]) * _APART
        last = np.partition(key, most - 1)[most - 1]
        return np.asarray(rows[key <= last])


def places_of(
    quality: Numbers, usd: Numbers, preference: float, *, wait_ms: Numbers, evidenced: Flags, silent: Flags
) -> Places:
    """The places of candidates of this expected quality and cost; `silent` where their thoughts leave less than half
    of the answer. How long it takes decides between those that are equal in both, such as hosts of one model."""
    score = preference * quality + (1 - preference) * thrift(usd)
    return Places(silent, ~evidenced | (quality < WILL_DO), -score, usd, -quality, wait_ms)


def thrift(usd: Numbers) -> Numbers:
    """1 for nothing, falling with the logarithm of the cost; below 0 past a dollar a request."""
    import numpy as np

    return 1 - np.log10(1 + usd / NEGLIGIBLE_USD) / DECADES
