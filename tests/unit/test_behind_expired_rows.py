"""What has expired, and is still there until a store gets round to deleting it, hides nothing that is older."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_router.adapters import aws
from llm_router.adapters.dynamodb_records import DynamoRecordStore
from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.ports import Record, RecordStore
from tests.support.aws import TABLE, fake_aws
from tests.support.clock import FakeClock

MOST = 2
"""Asked for: with more than that expired before them, a table's first page holds none that is alive."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite", "dynamodb"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[RecordStore]:
    if request.param == "memory":
        yield MemoryRecordStore(clock)
    elif request.param == "sqlite":
        yield SqliteRecordStore(Database(tmp_path / "router.sqlite"), clock)
    else:
        with fake_aws():
            client = aws.dynamodb("", clock)
            yield DynamoRecordStore(client, lambda: client, TABLE, clock)


@pytest.mark.parametrize("kind", ["note", "decision"])
def test_the_latest_records_are_those_that_are_alive_however_many_are_not(
    store: RecordStore, clock: FakeClock, kind: str
):
    for number in range(10, 20):
        store.put(Record(kind, str(number), "", expires_at=None if number < 13 else clock.now() + 10))
    clock.pass_seconds(11)
    assert [record.key for record in store.latest(kind, MOST)] == ["12", "11"]


def test_the_latest_counters_are_those_that_are_alive_however_many_are_not(store: RecordStore, clock: FakeClock):
    for number in range(10, 20):
        store.add("minute", str(number), {"a": number}, expires_at=None if number < 13 else clock.now() + 10)
    clock.pass_seconds(12)
    assert store.counters("minute", MOST) == [("12", {"a": 12}), ("11", {"a": 11})]
