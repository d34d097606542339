"""The names under which things are counted, for those who count and those who read it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Counter(StrEnum):
    """What is counted: the first part of a counter's stored name. The rest says of which function, model or kind."""

    REQUESTS = "requests"
    ERRORS = "errors"
    REFUSED = "refused"
    PROBES = "probes"
    COLD = "cold"
    LATENCY = "latency"
    MS = "ms"
    CATEGORY = "category"
    DIFFICULTY = "difficulty"
    METHOD = "method"
    ERROR = "error"
    DEGRADED = "degraded"
    CACHE = "cache"
    USD = "usd"
    RECOMMENDED = "model"
    RECOMMENDED_USD = "model_usd"
    TOKENS_IN = "tokens_in"
    TOKENS_OUT = "tokens_out"
    TOKENS = "tokens"
    ATTEMPTS = "attempts"
    FAILURES = "failures"
    ATTEMPT_MS = "attempt_ms"
    PROVIDER = "provider"
    PROVIDER_FAILURES = "provider_failures"

    def of(self, rest: str) -> str:
        """The whole stored name."""
        return self + "|" + rest


BY_MODEL = frozenset(
    {
        Counter.RECOMMENDED,
        Counter.RECOMMENDED_USD,
        Counter.TOKENS_IN,
        Counter.TOKENS_OUT,
        Counter.ATTEMPTS,
        Counter.FAILURES,
        Counter.ATTEMPT_MS,
    }
)
"""Those whose names go on with a model, of which there are as many as there are models; all others are few."""

HIT, MISS = "hit", "miss"
"""Kinds of `CACHE`."""
ESTIMATED, SPENT = "estimated", "spent"
"""Kinds of `USD`."""
THINKING, TOLD_TO_THINK, UNSAID, MORE_READ = "thinking", "told_to_think", "unsaid", "more_read|"
"""Kinds of `TOKENS`, of all recommendations: what a model that thinks unasked would have thought, and one that only
thinks when told to; what the recommended ones left unsaid of the answers; and, with a tokenizer's name behind it, how
much more than they a model of that tokenizer would have read."""

Sums = Mapping[str, Mapping[str, float]]
"""Counters by the first part of their name, then by the rest."""


def prompt_counts(category: str, difficulty: str, method: str, cached: bool | None) -> dict[str, float]:
    """One classified prompt as counters; what is empty or None is not known."""
    kinds = ((Counter.CATEGORY, category), (Counter.DIFFICULTY, difficulty), (Counter.METHOD, method))
    found = {counter.of(kind): 1.0 for counter, kind in kinds if kind}
    return found if cached is None else found | {Counter.CACHE.of(HIT if cached else MISS): 1.0}


def grouped(counters: Mapping[str, float]) -> Sums:
    """Counters as the store has them, by the first part of their name."""
    found: dict[str, dict[str, float]] = {}
    for name, amount in counters.items():
        prefix, _, rest = name.partition("|")
        found.setdefault(prefix, {})[rest] = amount
    return found


def amount(counted: Sums, counter: Counter, rest: str) -> float:
    """How much was counted under this name."""
    return counted.get(counter, {}).get(rest, 0.0)


def total(counted: Sums, counter: Counter) -> float:
    """How much was counted under all names that begin so."""
    return sum(counted.get(counter, {}).values())
