"""The record store and the budgets on it against small models of themselves, step by step."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.budgets import SET_ASIDE_RETRY_S, Budgets, Reservation
from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded
from llm_router.ports import Record, RecordStore
from tests.support.clock import FakeClock

KEYS, BODIES = st.sampled_from(["a", "b", "c/1:x"]), st.sampled_from(["one", "two", "three"])
LIVES = st.sampled_from([None, 10.0, 100.0])
STEPS = settings(max_examples=60, stateful_step_count=40, deadline=None)


class Records(RuleBasedStateMachine):
    """A dictionary of documents and one of counters, each with the time at which it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.store = self.make()
        self.documents: dict[str, tuple[str, float | None]] = {}
        self.counters: dict[str, tuple[dict[str, float], float | None]] = {}

    def make(self) -> RecordStore:
        return MemoryRecordStore(self.clock)

    def until(self, seconds: float | None) -> float | None:
        return None if seconds is None else self.clock.now() + seconds

    @rule(seconds=st.sampled_from([1.0, 11.0, 101.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.pass_seconds(seconds)
        now = self.clock.now()
        self.documents = {key: held for key, held in self.documents.items() if held[1] is None or held[1] > now}
        self.counters = {key: held for key, held in self.counters.items() if held[1] is None or held[1] > now}

    @rule(key=KEYS, body=BODIES, seconds=LIVES, careful=st.booleans())
    def put(self, key: str, body: str, seconds: float | None, careful: bool) -> None:
        until = self.until(seconds)
        done = self.store.put(Record("note", key, body, until), only_if_absent=careful)
        assert done is not (careful and key in self.documents)
        if done:
            self.documents[key] = (body, until)

    @rule(key=KEYS, body=BODIES, expected=BODIES | st.none())
    def replace(self, key: str, body: str, expected: str | None) -> None:
        held = self.documents.get(key)
        done = self.store.replace(Record("note", key, body), expected_body=expected)
        assert done is ((None if held is None else held[0]) == expected)
        if done:
            self.documents[key] = (body, None)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        assert self.store.delete("note", key) is (self.documents.pop(key, None) is not None)

    @rule(key=KEYS, amount=st.sampled_from([1.0, 0.25, -0.5]), ceiling=st.sampled_from([None, 1.0, 3.0]))
    def add(self, key: str, amount: float, ceiling: float | None) -> None:
        held, _ = self.counters.get(key, ({}, None))
        total = held.get("usd", 0.0) + amount
        ceilings = None if ceiling is None else {"usd": ceiling}
        found = self.store.add("sum", key, {"usd": amount}, ceilings=ceilings, expires_at=self.until(100.0))
        if ceiling is not None and total > ceiling:
            assert found is None
        else:
            assert found == {"usd": total}
            self.counters[key] = ({"usd": total}, self.until(100.0))

    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        kept = {record.key: record.body for record in self.store.latest("note", 10)}
        assert kept == {key: body for key, (body, _) in self.documents.items()}
        assert [*kept] == sorted(kept, reverse=True)
        counted = dict(self.store.counters("sum", 10))
        assert counted == {key: amounts for key, (amounts, _) in self.counters.items()}


class RecordsOnSqlite(Records):
    """The same on a file."""

    def make(self) -> RecordStore:
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(Path(self.folder.name) / "router.sqlite")
        return SqliteRecordStore(self.database, self.clock)

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


class Spending(RuleBasedStateMachine):
    """Remembers what is set aside and what was booked; a key overspends by the call that crosses its budget at most."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.budgets = Budgets(MemoryRecordStore(self.clock), self.clock)
        self.key = ClientKey("k", "k", "", 0.0, usd_per_day=1.0, usd_per_month=3.0)
        self.open: list[Reservation] = []
        self.day = self.month = self.aside = 0.0

    def book(self, usd: float) -> None:
        self.day += usd
        self.month += usd

    @rule(usd=st.sampled_from([0.1, 0.4, 0.9, 2.0]))
    def reserve(self, usd: float) -> None:
        room = self.day < 1.0 - 1e-9 and self.month < 3.0 - 1e-9
        if not room:
            with pytest.raises(BudgetExceeded) as refused:
                self.budgets.reserve(self.key, usd)
            assert refused.value.retry_after_s is not None
            assert refused.value.retry_after_s > 0
            left = self.day - self.aside < 1.0 - 1e-9 and self.month - self.aside < 3.0 - 1e-9
            assert (refused.value.retry_after_s == SET_ASIDE_RETRY_S) is left
        else:
            self.open.append(self.budgets.reserve(self.key, usd))
            self.book(usd)
            self.aside += usd

    @precondition(lambda self: self.open)
    @rule(share=st.sampled_from([0.0, 0.5, 1.0]), place=st.integers(0, 9))
    def settle(self, share: float, place: int) -> None:
        reservation = self.open.pop(place % len(self.open))
        set_aside = reservation.usd
        reservation.settle(set_aside * share)
        self.book(set_aside * share - set_aside)
        self.aside -= set_aside

    @precondition(lambda self: self.open)
    @rule(usd=st.sampled_from([0.2, 1.0]))
    def turn_to_a_dearer_model(self, usd: float) -> None:
        held = self.open[-1].usd
        more = max(0.0, usd - held)
        if more and not (self.day - held < 1.0 - 1e-9 and self.month - held < 3.0 - 1e-9):
            with pytest.raises(BudgetExceeded):
                self.open[-1].cover(usd)
            return
        self.open[-1].cover(usd)
        self.book(more)
        self.aside += more

    @precondition(lambda self: not self.open)
    @rule()
    def a_day_passes(self) -> None:
        before = self.clock.now()
        self.clock.pass_seconds(86_400.0)
        self.day = 0.0
        if _month(before) != _month(self.clock.now()):
            self.month = 0.0

    @invariant()
    def what_is_told_is_what_was_booked(self) -> None:
        spent = self.budgets.spends().get("k")
        found = (0.0, 0.0) if spent is None else (spent.day, spent.month)
        assert found == (pytest.approx(self.day, abs=1e-6), pytest.approx(self.month, abs=1e-6))


def _month(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m}"


TestRecords = Records.TestCase
TestRecordsOnSqlite = RecordsOnSqlite.TestCase
TestSpending = Spending.TestCase
for case in (TestRecords, TestRecordsOnSqlite, TestSpending):
    case.settings = STEPS
