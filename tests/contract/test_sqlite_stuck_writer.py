"""A process that holds the embedded store's write lock and never lets go: it is waited for once, and then by nobody."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llm_router.adapters import sqlite
from llm_router.adapters.sqlite import Database, database_at
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.errors import StoreUnavailable
from llm_router.ports import Record
from tests.support.clock import FakeClock
from tests.support.stuck_writer import stuck_writer

FOR_GOOD_S, A_MOMENT_S, PATIENCE_S = 10.0, 0.2, 60.0
MANY, TIMES = 4, 40
NOTE = Record("note", "k", "{}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "router.sqlite"


@pytest.fixture
def store(path: Path) -> SqliteRecordStore:
    """One that is in use."""
    made = SqliteRecordStore(Database(path), FakeClock())
    made.put(NOTE)
    return made


def waits(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", seconds)


def waited_in_vain(store: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    waits(monkeypatch, 0.05)
    with pytest.raises(StoreUnavailable):
        store.put(NOTE)
    waits(monkeypatch, PATIENCE_S)


def test_once_one_has_waited_in_vain_nobody_waits_and_nothing_was_done(store, path, monkeypatch):
    with stuck_writer(path, FOR_GOOD_S):
        waited_in_vain(store, monkeypatch)
        for _ in range(TIMES):
            with pytest.raises(StoreUnavailable) as refused:
                store.add("sum", "k", {"usd": 1.0})
            assert refused.value.nothing_done is True
    assert store.add("sum", "k", {"usd": 1.0}) == {"usd": 1.0}


def test_nor_does_a_thread_that_has_never_written(store, path, monkeypatch):
    with stuck_writer(path, FOR_GOOD_S), ThreadPoolExecutor(1) as another:
        waited_in_vain(store, monkeypatch)
        assert isinstance(another.submit(store.put, NOTE).exception(), StoreUnavailable)


def test_nor_does_another_function_of_the_process(path, monkeypatch):
    one, other = (SqliteRecordStore(database_at(path), FakeClock()) for _ in range(2))
    one.put(NOTE)
    with stuck_writer(path, FOR_GOOD_S):
        waited_in_vain(one, monkeypatch)
        with pytest.raises(StoreUnavailable):
            other.put(NOTE)


def test_what_is_stored_can_be_read_meanwhile_by_a_new_thread_too(store, path, monkeypatch):
    with stuck_writer(path, FOR_GOOD_S), ThreadPoolExecutor(1) as another:
        assert another.submit(store.get, "note", "k").result() == NOTE
        waited_in_vain(store, monkeypatch)
        assert store.get("note", "k") == NOTE
    with stuck_writer(path, FOR_GOOD_S), ThreadPoolExecutor(1) as another:
        assert another.submit(store.get, "note", "k").result() == NOTE


def test_whoever_gets_to_write_again_tells_all_that_waiting_is_worth_while(store, path, monkeypatch):
    with stuck_writer(path, FOR_GOOD_S):
        waited_in_vain(store, monkeypatch)
    store.put(NOTE)
    for _ in range(2):
        with stuck_writer(path, A_MOMENT_S):
            assert store.put(NOTE)


def test_writers_that_only_compete_all_get_to_write(path, monkeypatch):
    waits(monkeypatch, PATIENCE_S)
    start = threading.Barrier(MANY)

    def write() -> None:
        store = SqliteRecordStore(Database(path), FakeClock())
        start.wait()
        for _ in range(TIMES):
            store.add("sum", "k", {"usd": 1.0})

    with ThreadPoolExecutor(MANY) as pool:
        for outcome in [pool.submit(write) for _ in range(MANY)]:
            outcome.result()
    store = SqliteRecordStore(Database(path), FakeClock())
    assert store.counters("sum", 1) == [("k", {"usd": MANY * TIMES})]


def test_what_could_not_be_ended_does_not_stand_in_the_way_of_the_next_write(store, path, monkeypatch):
    """Where files cannot be mapped there is no log, and who reads keeps others from ending what they wrote."""
    with sqlite3.connect(path) as plain:
        monkeypatch.setattr(sqlite, "_keep_a_log", lambda *_: None)
        store._database.close()
        assert plain.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    plain.close()
    waits(monkeypatch, 0.05)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT 1 FROM records").fetchone()
    with pytest.raises(StoreUnavailable):
        store.put(NOTE)
    reader.close()
    assert store.put(NOTE)
