"""What a key may spend and how often it may ask: reserved before a call, settled after it, in one atomic step each.

One document a key and month counts the month and each of its days, so that both limits are checked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded, RateLimited
from llm_router.ports import Clock, RecordStore

SPEND, RATE = "spend", "rate"
MONTH = "month"
KEPT_S = 100 * 86_400.0
MINUTE_S = 60
LEAST_USD = 1e-9
MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Spend:
    """USD of today and of this month, UTC, with what is reserved for calls in progress."""

    day: float = 0.0
    month: float = 0.0


@dataclass(frozen=True, slots=True)
class Budgets:
    """The books of all keys. Raises `StoreUnavailable`: a key whose limits cannot be checked may not spend."""

    records: RecordStore
    clock: Clock

    def admit(self, key: ClientKey) -> None:
        """Count one request of this minute. Raises `RateLimited`."""
        if key.requests_per_minute is None:
            return
        now = self.clock.now()
        minute = int(now) // MINUTE_S * MINUTE_S
        counted = self.records.add(
            RATE,
            f"{minute:010d}#{key.id}",
            {"requests": 1.0},
            ceilings={"requests": float(key.requests_per_minute)},
            expires_at=minute + 2.0 * MINUTE_S,
        )
        if counted is None:
            raise RateLimited(
                f"This key may make {key.requests_per_minute} requests a minute.",
                retry_after_s=minute + MINUTE_S - now,
            )

    def reserve(self, key: ClientKey, usd: float) -> Reservation:
        """Set aside the most that a call can cost. Raises `BudgetExceeded` naming the budget that is spent.

        A call is let in while anything of the budget is left, so that a small budget can be used at all; what is set
        aside counts from then on. Keys therefore overspend by one call at most, however many come at once.
        """
        month, day = _period(self.clock)
        amount = max(usd, LEAST_USD)
        limits = {MONTH: key.usd_per_month, day: key.usd_per_day}
        ceilings = {name: most + amount - LEAST_USD for name, most in limits.items() if most is not None}
        reserved = self.records.add(
            SPEND,
            f"{month}#{key.id}",
            {MONTH: amount, day: amount},
            ceilings=ceilings,
            expires_at=self.clock.now() + KEPT_S,
        )
        if reserved is None:
            raise self._exceeded(key)
        return Reservation(self.records, f"{month}#{key.id}", day, self.clock, amount)

    def spends(self) -> Mapping[str, Spend]:
        """What each key has spent, by id."""
        month, day = _period(self.clock)
        rows = self.records.counters(SPEND, MOST_KEYS, first=f"{month}#")
        return {name.partition("#")[2]: Spend(held.get(day, 0.0), held.get(MONTH, 0.0)) for name, held in rows}

    def _exceeded(self, key: ClientKey) -> BudgetExceeded:
        """Which budget it is. Asked after the refusal, so a settlement in between may have made room again."""
        month, day = _period(self.clock)
        ends, nothing = self.clock.now() + KEPT_S, {MONTH: 0.0, day: 0.0}
        held = self.records.add(SPEND, f"{month}#{key.id}", nothing, expires_at=ends) or {}
        spent = Spend(held.get(day, 0.0), held.get(MONTH, 0.0))
        today = datetime.fromtimestamp(self.clock.now(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if key.usd_per_month is not None and spent.month >= key.usd_per_month - LEAST_USD:
            name, most, until = "month", key.usd_per_month, (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            name, most, until = "day", key.usd_per_day or 0.0, today + timedelta(days=1)
        return BudgetExceeded(
            f"This key's budget of {most:g} USD a {name} is spent; it starts anew at {until:%Y-%m-%d %H:%M} UTC.",
            code=f"budget_exceeded_{name}",
            retry_after_s=until.timestamp() - self.clock.now(),
        )


@dataclass(slots=True)
class Reservation:
    """Money set aside for one call. To be settled exactly once; until then it counts as spent."""

    records: RecordStore
    key: str
    day: str
    clock: Clock
    usd: float

    def cover(self, usd: float) -> None:
        """Set aside more when the call turns to a dearer model. The call is in already, so nothing is checked."""
        if usd > self.usd:
            self._add(usd - self.usd)
            self.usd = usd

    def settle(self, usd: float) -> None:
        """Book what the call really cost, 0 for one that failed."""
        self._add(usd - self.usd)
        self.usd = usd

    def _add(self, usd: float) -> None:
        amounts = {MONTH: usd, self.day: usd}
        self.records.add(SPEND, self.key, amounts, expires_at=self.clock.now() + KEPT_S)


def _period(clock: Clock) -> tuple[str, str]:
    """This month and the name of today's counter in it, UTC."""
    now = datetime.fromtimestamp(clock.now(), UTC)
    return f"{now:%Y-%m}", f"day{now:%d}"
