"""When a key's month begins anew, as the refusal tells it: its message, and Retry-After."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded
from tests.support.clock import FakeClock

KEY = ClientKey("k1", "a team", "hash", 0.0)


@pytest.mark.parametrize(
    ("now", "anew"),
    [
        ("2027-02-01 00:00", "2027-03-01 00:00"),
        ("2027-02-28 23:59", "2027-03-01 00:00"),
        ("2028-02-28 12:00", "2028-03-01 00:00"),
        ("2028-02-29 12:00", "2028-03-01 00:00"),
        ("2027-04-01 06:30", "2027-05-01 00:00"),
        ("2027-04-30 06:30", "2027-05-01 00:00"),
        ("2027-01-01 00:00", "2027-02-01 00:00"),
        ("2027-01-31 18:00", "2027-02-01 00:00"),
        ("2026-12-01 12:00", "2027-01-01 00:00"),
        ("2026-12-31 12:00", "2027-01-01 00:00"),
    ],
)
def test_a_spent_month_tells_when_the_next_one_begins(now: str, anew: str):
    at, until = (datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp() for each in (now, anew))
    clock = FakeClock(at)
    budgets, key = Budgets(MemoryRecordStore(clock), clock), replace(KEY, usd_per_month=1.0)
    budgets.reserve(key, 1.0).settle(1.0)
    with pytest.raises(BudgetExceeded, match=rf"\$1\.00 a month is spent; it starts anew at {anew} UTC") as refused:
        budgets.reserve(key, 1.0)
    assert (refused.value.code, refused.value.retry_after_s) == ("budget_exceeded_month", until - at)
    clock.pass_seconds(until - at - 1)
    with pytest.raises(BudgetExceeded):
        budgets.reserve(key, 1.0)
    clock.pass_seconds(1)
    budgets.reserve(key, 1.0)
