"""Settlements that the store does not take: what was not done is done later, what may have been is not done again."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded, StoreUnavailable
from llm_router.spending import AT_ONCE, MOST_WAITING, SPEND, Period, SpendingBooks
from tests.support.clock import FakeClock

KEY = ClientKey("k1", "a team", "hash", 0.0, usd_per_day=1.0)


class Faulty(MemoryRecordStore):
    """A store that adds nothing, or adds and then does not say so, for as long as it is told to."""

    away = late = False
    asked = 0

    def add(self, *given: Any, **named: Any) -> Mapping[str, float] | None:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("away", nothing_done=True)
        added = super().add(*given, **named)
        if self.late:
            raise StoreUnavailable("late")
        return added


@pytest.fixture
def store() -> Faulty:
    return Faulty(FakeClock())


@pytest.fixture
def budgets(store: Faulty) -> Budgets:
    return Budgets(store, store.clock)


def test_settlements_of_a_time_when_the_store_was_not_asked_are_written_before_the_next_call(
    store: Faulty, budgets: Budgets
):
    calls = [budgets.reserve(KEY, 0.4) for _ in range(3)]
    store.away = True
    for call in calls:
        call.settle(0.001)
    with pytest.raises(StoreUnavailable):
        budgets.reserve(KEY, 0.4)
    store.away = False
    budgets.reserve(KEY, 0.4).settle(0.001)
    assert budgets.spends()["k1"].day == pytest.approx(0.004)
    (_, counted), *_ = store.counters(SPEND, 1)
    assert counted[Period.of(store.clock).in_progress] == pytest.approx(0, abs=1e-9)


def test_they_are_written_before_anyone_is_told_what_was_spent(store: Faulty, budgets: Budgets):
    call = budgets.reserve(KEY, 0.4)
    store.away = True
    call.settle(0.001)
    store.away = False
    assert budgets.spends()["k1"].month == pytest.approx(0.001)


def test_a_settlement_that_may_have_been_written_is_told_and_not_written_again(store: Faulty, budgets: Budgets):
    call = budgets.reserve(KEY, 0.4)
    store.late = True
    with pytest.raises(StoreUnavailable, match="late"):
        call.settle(0.001)
    store.late = False
    assert budgets.spends()["k1"].day == pytest.approx(0.001)


def test_one_of_before_that_may_have_been_written_is_not_written_again_either(store: Faulty, budgets: Budgets):
    call = budgets.reserve(KEY, 0.4)
    store.away = True
    call.settle(0.001)
    store.away, store.late = False, True
    with pytest.raises(StoreUnavailable, match="late"):
        budgets.reserve(KEY, 0.4)
    store.late = False
    assert budgets.spends()["k1"].day == pytest.approx(0.001)


def test_after_an_outage_of_many_keys_no_call_writes_for_all_of_them(store: Faulty, budgets: Budgets):
    keys = [replace(KEY, id=f"k{number}") for number in range(3 * AT_ONCE)]
    calls = [budgets.reserve(key, 2.0) for key in keys]
    store.away = True
    for call in calls:
        call.settle(0.001)
    store.away, store.asked = False, 0
    for key in reversed(keys):
        before = store.asked
        budgets.reserve(key, 0.001)
        assert store.asked - before <= AT_ONCE + 1
    assert store.asked == 2 * len(keys)


def test_so_many_documents_wait_and_no_more(store: Faulty):
    books = SpendingBooks(store, store.clock)
    store.away = True
    for number in range(MOST_WAITING):
        books.settle(f"2026-06#k{number}", {"month": -1.0})
        books.settle(f"2026-06#k{number}", {"month": -1.0})
    with pytest.raises(StoreUnavailable, match="away"):
        books.settle("2026-06#one more", {"month": -1.0})


def test_many_who_settle_at_once_lose_nothing(store: Faulty, budgets: Budgets):
    calls = [budgets.reserve(replace(KEY, usd_per_day=100.0), 0.5) for _ in range(64)]

    def settle(number: int) -> None:
        store.away = number % 3 == 0
        calls[number].settle(0.25)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(settle, range(64)))
    store.away = False
    assert budgets.spends()["k1"].day == pytest.approx(16.0)


def test_while_they_wait_nothing_more_is_allowed_than_without_them(store: Faulty, budgets: Budgets):
    call = budgets.reserve(KEY, 1.0)
    store.away = True
    call.settle(0.0)
    other = Budgets(store, store.clock)
    store.away = False
    with pytest.raises(BudgetExceeded):
        other.reserve(KEY, 1.0)
    budgets.reserve(KEY, 1.0)
