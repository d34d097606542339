"""Which processes run: each once, as it last told, and without reading those that ended."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.ports import Record
from llm_router.processes import EVERY_S, KEPT_S, KIND, ProcessUsage, Pulse, running
from tests.support.clock import FakeClock


class Hoarding(MemoryRecordStore):
    """Forgets nothing that expired, as a table does for days, and counts what is read."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.kept: dict[str, Record] = {}
        self.read = 0

    def put(self, record: Record, *, only_if_absent: bool = False) -> bool:
        self.kept[record.key] = record
        return super().put(record, only_if_absent=only_if_absent)

    def latest(self, kind: str, limit: int, *, first: str = "") -> Sequence[Record]:
        self.read += sum(key >= first for key in self.kept)
        return super().latest(kind, limit, first=first)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> Hoarding:
    return Hoarding(clock)


def pulse(store: MemoryRecordStore, clock: FakeClock, name: str) -> Pulse:
    return Pulse(store, clock, name, lambda: ProcessUsage(1, 2, 3.0, 4, 5, 6))


def test_a_process_is_listed_once_and_as_it_last_told_however_long_it_runs(store: Hoarding, clock: FakeClock):
    beating = pulse(store, clock, "route")
    for _ in range(int(3 * KEPT_S / EVERY_S)):
        beating.beat()
        assert [(each.name, each.at) for each in running(store, clock)] == [("route", clock.now())]
        clock.pass_seconds(EVERY_S)


def test_one_that_told_just_before_it_would_be_forgotten_is_still_there(store: Hoarding, clock: FakeClock):
    for _ in range(int(KEPT_S)):
        pulse(store, clock, "route").beat()
        clock.pass_seconds(KEPT_S - 1)
        assert [each.name for each in running(store, clock)] == ["route"]
        clock.pass_seconds(2)
        assert running(store, clock) == []


def test_those_that_ended_are_not_read(store: Hoarding, clock: FakeClock):
    for number in range(100):
        pulse(store, clock, f"route {number}").beat()
    clock.pass_seconds(2 * KEPT_S)
    pulse(store, clock, "route").beat()
    assert [each.name for each in running(store, clock)] == ["route"]
    assert store.read == 1


def test_what_is_no_process_is_left_out(store: Hoarding, clock: FakeClock):
    pulse(store, clock, "route").beat()
    store.put(Record(KIND, "an older key", "{}", clock.now() + KEPT_S))
    assert [each.name for each in running(store, clock)] == ["route"]
