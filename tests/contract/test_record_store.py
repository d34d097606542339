"""What every record and blob store promises, on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llm_router.adapters.aws import AwsClients
from llm_router.adapters.dynamodb_records import DynamoRecordStore
from llm_router.adapters.memory import MemoryBlobStore, MemoryRecordStore
from llm_router.adapters.s3 import S3BlobStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_catalogue import SqliteBlobStore
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.ports import MOST_AMOUNTS, BlobStore, Record, RecordStore
from tests.support.aws import BUCKET, TABLE, an_aws
from tests.support.clock import FakeClock

MOST = 2
"""Asked for: with more than that expired before them, a table's first page holds none that is alive."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite", "moto", "ministack"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[RecordStore]:
    if request.param == "memory":
        yield MemoryRecordStore(clock)
    elif request.param == "sqlite":
        yield SqliteRecordStore(Database(tmp_path / "router.sqlite"), clock)
    else:
        with an_aws(request):
            clients = AwsClients("", clock)
            yield DynamoRecordStore(clients.dynamodb(), clients.dynamodb_once, TABLE, clock)


@pytest.fixture(params=["memory", "sqlite", "moto", "ministack"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "memory":
        yield MemoryBlobStore()
    elif request.param == "sqlite":
        yield SqliteBlobStore(Database(tmp_path / "router.sqlite"))
    else:
        with an_aws(request):
            yield S3BlobStore(AwsClients("", FakeClock()).s3(), BUCKET, prefix="blobs/")


KINDS = ["note", "decision"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_reads_back_whole_and_is_gone_when_deleted(store: RecordStore, kind: str):
    record = Record(kind, "k/1:x", '{"a": "ü"}')
    assert store.get(kind, record.key) is None
    assert store.put(record)
    assert store.get(kind, record.key) == record
    assert store.get("other", record.key) is None
    assert store.delete(kind, record.key)
    assert not store.delete(kind, record.key)
    assert store.get(kind, record.key) is None


@pytest.mark.parametrize("key", ["", "k" * 2000, "é" * 900])
def test_nothing_is_there_under_a_key_that_no_record_can_have(store: RecordStore, key: str):
    assert store.get("thing", key) is None
    assert store.delete("thing", key) is False


def test_an_expired_record_is_not_there(store: RecordStore, clock: FakeClock):
    store.put(Record("note", "k", "old", expires_at=clock.now() + 10))
    clock.pass_seconds(11)
    assert store.get("note", "k") is None
    assert store.latest("note", 5) == []
    assert not store.delete("note", "k")
    assert store.put(Record("note", "k", "new"), only_if_absent=True)


def test_only_if_absent_keeps_the_first(store: RecordStore):
    assert store.put(Record("note", "k", "first"), only_if_absent=True)
    assert not store.put(Record("note", "k", "second"), only_if_absent=True)
    found = store.get("note", "k")
    assert found is not None
    assert found.body == "first"


@pytest.mark.parametrize("kind", KINDS)
def test_the_latest_come_greatest_key_first_and_from_a_key_on(store: RecordStore, kind: str):
    for number in (3, 1, 2, 5, 4):
        store.put(Record(kind, f"{number:03d}", str(number)))
    assert [record.key for record in store.latest(kind, 3)] == ["005", "004", "003"]
    assert [record.key for record in store.latest(kind, 9, first="004")] == ["005", "004"]


def test_replace_swaps_only_what_was_expected(store: RecordStore):
    assert store.replace(Record("note", "k", "one"), expected_body=None)
    assert not store.replace(Record("note", "k", "two"), expected_body=None)
    assert not store.replace(Record("note", "k", "two"), expected_body="other")
    assert store.replace(Record("note", "k", "two"), expected_body="one")
    found = store.get("note", "k")
    assert found is not None
    assert found.body == "two"


def test_counters_add_up_and_read_back_newest_first(store: RecordStore):
    assert store.add("minute", "001", {"a": 1, "b|x/y:z": 0.25}) == {"a": 1, "b|x/y:z": 0.25}
    assert store.add("minute", "001", {"a": 2.5}) == {"a": 3.5}
    store.add("minute", "002", {"a": 1})
    assert store.counters("minute", 5) == [("002", {"a": 1}), ("001", {"a": 3.5, "b|x/y:z": 0.25})]
    assert store.counters("minute", 1) == [("002", {"a": 1})]
    assert store.counters("minute", 5, first="002") == [("002", {"a": 1})]


def test_many_counters_at_once_are_added_whole_and_more_not_at_all(store: RecordStore):
    many = {f"name|{number}": float(number) for number in range(MOST_AMOUNTS)}
    assert store.add("minute", "001", many) == many
    with pytest.raises(ValueError, match="in one step"):
        store.add("minute", "001", {**many, "one more": 1.0})
    assert store.counters("minute", 1) == [("001", many)]


def test_counters_hold_amounts_of_very_different_size(store: RecordStore):
    store.add("decayed", "k", {"large": 2.0**70, "small": 2.0**-70})
    found = store.add("decayed", "k", {"large": 2.0**69, "small": 2.0**-69})
    assert found == {"large": pytest.approx(1.5 * 2.0**70), "small": pytest.approx(3 * 2.0**-70)}


def test_nothing_is_added_past_a_ceiling(store: RecordStore):
    assert store.add("budget", "k", {"usd": 0.75}, ceilings={"usd": 1}) == {"usd": 0.75}
    assert store.add("budget", "k", {"usd": 0.5, "calls": 1}, ceilings={"usd": 1}) is None
    assert store.counters("budget", 1) == [("k", {"usd": 0.75})]
    assert store.add("budget", "k", {"usd": 0.25}, ceilings={"usd": 1}) == {"usd": 1}
    assert store.add("budget", "new", {"usd": 2}, ceilings={"usd": 1}) is None


def test_expired_counters_start_anew(store: RecordStore, clock: FakeClock):
    store.add("minute", "001", {"a": 5}, expires_at=clock.now() + 10)
    clock.pass_seconds(11)
    assert store.counters("minute", 5) == []
    assert store.add("minute", "001", {"a": 1}, expires_at=clock.now() + 10) == {"a": 1}


def test_simultaneous_additions_lose_nothing_and_never_pass_the_ceiling(store: RecordStore):
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: store.add("budget", "k", {"usd": 1}, ceilings={"usd": 25}), range(40)))
    assert sum(outcome is not None for outcome in outcomes) == 25
    assert store.counters("budget", 1) == [("k", {"usd": 25})]


def test_a_blob_reads_back_whole_and_is_replaced_whole(blobs: BlobStore):
    assert blobs.read("sources/x.json") is None
    blobs.write("sources/x.json", b"\0\xff" * 100_000)
    assert blobs.read("sources/x.json") == b"\0\xff" * 100_000
    blobs.write("sources/x.json", b"new")
    assert blobs.read("sources/x.json") == b"new"


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
