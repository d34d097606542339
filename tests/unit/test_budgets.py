"""Reservations and limits, on the clock of a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.budgets import SET_ASIDE_RETRY_S, Budgets, Reservation
from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded, RateLimited
from llm_router.spending import KEPT_S, SPEND
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
    budgets.reserve(key, 1.0).settle(1.0)
    with pytest.raises(BudgetExceeded, match=r"budget of \$1\.00 a day is spent") as spent:
        budgets.reserve(key, 1.0)
    assert (spent.value.code, spent.value.retry_after_s) == ("budget_exceeded_day", DAY_S / 2)
    clock.pass_seconds(DAY_S / 2)
    budgets.reserve(key, 9.5)
    assert budgets.spends()["k1"].month == pytest.approx(9.5)


def test_a_budget_that_calls_in_progress_hold_is_not_told_to_be_spent(budgets: Budgets):
    key = replace(KEY, usd_per_day=1.0, usd_per_month=30.0)
    calls = [budgets.reserve(key, 0.1) for _ in range(2)]
    calls[0].cover(0.9)
    with pytest.raises(BudgetExceeded, match=r"budget of \$1\.00 a day is set aside for calls in progress") as refused:
        budgets.reserve(key, 0.1)
    assert (refused.value.code, refused.value.retry_after_s) == ("budget_exceeded_day", SET_ASIDE_RETRY_S)
    calls[0].settle(0.9)
    calls[1].settle(0.1)
    with pytest.raises(BudgetExceeded, match="is spent"):
        budgets.reserve(key, 0.1)


def test_a_dearer_model_may_cross_a_budget_that_no_other_call_has_crossed(budgets: Budgets):
    key = replace(KEY, usd_per_day=1.0, usd_per_month=30.0)
    one, other = (budgets.reserve(key, 0.1) for _ in range(2))
    one.cover(5.0)
    with pytest.raises(BudgetExceeded, match=r"budget of \$1\.00 a day is set aside") as refused:
        other.cover(5.0)
    assert (refused.value.code, other.usd) == ("budget_exceeded_day", 0.1)
    assert budgets.spends()["k1"].day == pytest.approx(5.1)
    one.settle(0.2)
    other.cover(5.0)
    other.settle(0.0)
    assert budgets.spends()["k1"].day == pytest.approx(0.2)


def test_what_calls_that_never_ended_left_is_told_to_be_spent_the_next_day(budgets: Budgets, clock: FakeClock):
    key = replace(KEY, usd_per_month=1.0)
    clock.pass_seconds(-2 * DAY_S)
    budgets.reserve(key, 1.0)
    with pytest.raises(BudgetExceeded, match="is set aside"):
        budgets.reserve(key, 1.0)
    clock.pass_seconds(DAY_S)
    with pytest.raises(BudgetExceeded, match="is spent") as refused:
        budgets.reserve(key, 1.0)
    assert refused.value.retry_after_s == DAY_S * 1.5


def test_books_of_a_release_that_did_not_count_what_is_in_progress_still_hold(clock: FakeClock):
    records, key = MemoryRecordStore(clock), replace(KEY, usd_per_day=1.0)
    records.add(SPEND, "2026-12#k1", {"month": 1.0, "day31": 1.0})
    with pytest.raises(BudgetExceeded, match="is spent"):
        Budgets(records, clock).reserve(key, 0.1)


class Racing(MemoryRecordStore):
    """Another call ends between a refusal and the look at what it was for."""

    ends: Reservation | None = None

    def add(self, *given: Any, **named: Any) -> Mapping[str, float] | None:
        added = super().add(*given, **named)
        if added is None and self.ends is not None:
            self.ends.settle(0.0001)
        return added


@pytest.mark.parametrize("name", ["month", "day"])
def test_a_refusal_names_a_budget_that_the_key_has(clock: FakeClock, name: str):
    records, key = Racing(clock), replace(KEY, **{f"usd_per_{name}": 1.0})  # type: ignore[arg-type]
    budgets = Budgets(records, clock)
    records.ends = budgets.reserve(key, 1.0)
    with pytest.raises(BudgetExceeded, match=rf"budget of \$1\.00 a {name} is set aside") as refused:
        budgets.reserve(key, 1.0)
    assert (refused.value.code, refused.value.retry_after_s) == (f"budget_exceeded_{name}", SET_ASIDE_RETRY_S)


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
