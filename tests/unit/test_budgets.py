"""Reservations and limits, on the clock of a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.budgets import KEPT_S, SPEND, Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded, RateLimited
from tests.support.clock import FakeClock

NOON = datetime(2026, 12, 31, 12, tzinfo=UTC).timestamp()
KEY = ClientKey("k1", "a team", "hash", 0.0)
DAY_S = 86_400


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def budgets(clock: FakeClock) -> Budgets:
    return Budgets(MemoryRecordStore(clock), clock)


def test_a_small_budget_can_be_used_and_is_overspent_by_one_call_at_most(budgets: Budgets):
    key = replace(KEY, usd_per_day=0.01)
    held = budgets.reserve(key, 0.5)
    with pytest.raises(BudgetExceeded):
        budgets.reserve(key, 0.5)
    held.settle(0.004)
    budgets.reserve(key, 0.5).settle(0.006)
    with pytest.raises(BudgetExceeded):
        budgets.reserve(key, 0.5)
    assert budgets.spends()["k1"].day == pytest.approx(0.01)


def test_a_refusal_does_not_keep_a_keys_books_for_ever(tmp_path: Path, clock: FakeClock):
    records = SqliteRecordStore(Database(tmp_path / "router.sqlite"), clock)
    key = replace(KEY, usd_per_day=0.01)
    budgets = Budgets(records, clock)
    budgets.reserve(key, 0.5)
    with pytest.raises(BudgetExceeded):
        budgets.reserve(key, 0.5)
    assert records.counters(SPEND, 10)
    clock.pass_seconds(KEPT_S + 1)
    assert not records.counters(SPEND, 10)


def test_the_day_and_the_month_start_anew_when_the_error_says(budgets: Budgets, clock: FakeClock):
    key = replace(KEY, usd_per_day=1.0, usd_per_month=10.0)
    budgets.reserve(key, 1.0)
    with pytest.raises(BudgetExceeded, match="1 USD a day") as spent:
        budgets.reserve(key, 1.0)
    assert (spent.value.code, spent.value.retry_after_s) == ("budget_exceeded_day", DAY_S / 2)
    clock.pass_seconds(DAY_S / 2)
    budgets.reserve(key, 9.5)
    assert budgets.spends()["k1"].month == pytest.approx(9.5)


def test_a_dearer_model_covers_more_and_what_is_settled_stays_with_its_day(budgets: Budgets, clock: FakeClock):
    held = budgets.reserve(KEY, 0.1)
    held.cover(0.3)
    held.cover(0.2)
    assert budgets.spends()["k1"].day == pytest.approx(0.3)
    before = clock.time
    clock.pass_seconds(DAY_S / 2)
    held.settle(0.05)
    clock.time = before
    assert budgets.spends()["k1"].day == pytest.approx(0.05)


def test_the_rate_counts_by_the_minute(budgets: Budgets, clock: FakeClock):
    key = replace(KEY, requests_per_minute=2)
    clock.pass_seconds(45)
    budgets.admit(key)
    budgets.admit(key)
    with pytest.raises(RateLimited) as limited:
        budgets.admit(key)
    assert limited.value.retry_after_s == 15
    clock.pass_seconds(15)
    budgets.admit(key)
