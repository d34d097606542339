"""What a key may spend and how often it may ask: reserved before a call, settled after it, in one atomic step each.

One document a key and month counts the month and each of its days, so that both limits are checked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded, ErrorCode, RateLimited
from llm_router.ports import Clock, RecordStore
from llm_router.ranking.told import exact_usd
from llm_router.spending import MONTH, Period, SpendingBooks

RATE = "rate"
MINUTE_S = 60
LEAST_USD = 1e-9
SET_ASIDE_RETRY_S = 5.0
"""When to ask again where calls in progress hold what is left of a budget: most of them end in as many seconds."""


@dataclass(frozen=True, slots=True)
class Spend:
    """USD of today and of this month, UTC, with what is reserved for calls in progress."""

    day: float = 0.0
    month: float = 0.0


@dataclass(frozen=True, slots=True)
class _Limit:
    """A budget of a key: USD a `name`, how much of it is booked or set aside, and when it starts anew. `code` tells
    that it is reached."""

    name: str
    code: ErrorCode
    usd: float
    held: float
    until: datetime

    def is_reached(self, without: float = 0.0) -> bool:
        """Whether nothing is left; `without` is given back before."""
        return self.held - without >= self.usd - LEAST_USD


class Budgets:
    """What keys may still spend, and how often they may ask.

    Raises `StoreUnavailable`: a key whose limits cannot be checked may not spend.
    """

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._books = SpendingBooks(records, clock)

    def admit(self, key: ClientKey) -> None:
        """Count one request of this minute. Raises `RateLimited`."""
        if key.requests_per_minute is None:
            return
        now = self._clock.now()
        minute = int(now) // MINUTE_S * MINUTE_S
        counted = self._records.add(
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
        """Set aside the most that a call can cost. Raises `BudgetExceeded` naming the budget of which nothing is left.

        A call is let in while anything of the budget is left, so that a small budget can be used at all; what is set
        aside counts from then on. Keys therefore overspend by one call at most, however many come at once.
        """
        self._books.catch_up()
        period = Period.of(self._clock)
        budgets = {MONTH: key.usd_per_month, period.day: key.usd_per_day}
        limits = {name: most for name, most in budgets.items() if most is not None}
        reservation = Reservation(self._books, period.document(key.id), period, limits, partial(self._exceeded, key))
        reservation.cover(max(usd, LEAST_USD))
        return reservation

    def spends(self) -> Mapping[str, Spend]:
        """What each key has spent, by id."""
        period = Period.of(self._clock)
        rows = self._books.month(period.month)
        return {name.partition("#")[2]: Spend(held.get(period.day, 0.0), held.get(MONTH, 0.0)) for name, held in rows}

    def _exceeded(self, key: ClientKey) -> BudgetExceeded:
        """Which budget it is, and whether it is spent or held by calls that will give back what they do not need.

        Asked after the refusal, so a settlement in between may have made room again.
        """
        period = Period.of(self._clock)
        held = self._books.held(period.document(key.id), period)
        limits = list(self._limits(key, held[MONTH], held[period.day]))
        for limit in limits:
            if limit.is_reached(without=held[period.in_progress]):
                return BudgetExceeded(
                    f"This key's budget of {exact_usd(limit.usd)} a {limit.name} is spent; "
                    f"it starts anew at {limit.until:%Y-%m-%d %H:%M} UTC.",
                    code=limit.code,
                    retry_after_s=limit.until.timestamp() - self._clock.now(),
                )
        limit = next((limit for limit in limits if limit.is_reached()), limits[0])
        return BudgetExceeded(
            f"What is left of this key's budget of {exact_usd(limit.usd)} a {limit.name} is set aside "
            "for calls in progress; ask again when one has ended.",
            code=limit.code,
            retry_after_s=SET_ASIDE_RETRY_S,
        )

    def _limits(self, key: ClientKey, month: float, day: float) -> Iterator[_Limit]:
        """The key's budgets, the one that starts anew last first."""
        today = datetime.fromtimestamp(self._clock.now(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if key.usd_per_month is not None:
            until = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
            yield _Limit("month", ErrorCode.BUDGET_EXCEEDED_MONTH, key.usd_per_month, month, until)
        if key.usd_per_day is not None:
            yield _Limit("day", ErrorCode.BUDGET_EXCEEDED_DAY, key.usd_per_day, day, today + timedelta(days=1))


@dataclass(slots=True)
class Reservation:
    """Money set aside for one call, within `limits`, the key's budgets by their counters. To be settled exactly once;
    until then it counts as spent."""

    books: SpendingBooks
    document: str
    period: Period
    limits: Mapping[str, float]
    exceeded: Callable[[], BudgetExceeded]
    usd: float = 0.0

    def cover(self, usd: float) -> None:
        """Set aside as much as this, where the call turns to a dearer model. Raises `BudgetExceeded` where all else
        that the key has spent or set aside leaves nothing: a budget is crossed by one call alone."""
        if usd <= self.usd:
            return
        more = usd - self.usd
        ceilings = {name: most + usd - LEAST_USD for name, most in self.limits.items()}
        if self.books.add(self.document, self.period.counted(more, more), ceilings) is None:
            raise self.exceeded()
        self.usd = usd

    def settle(self, usd: float) -> None:
        """Book what the call really cost, 0 for one that failed. Where the store cannot be asked, that is done later;
        what is raised means that too much may stay booked."""
        self.books.settle(self.document, self.period.counted(usd - self.usd, -self.usd))
        self.usd = usd
