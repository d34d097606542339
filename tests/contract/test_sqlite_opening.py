"""Many who open the embedded store at once, each with connections of its own, as the workers of a first start do."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llm_router.adapters import sqlite
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.errors import StoreUnavailable
from tests.support.clock import FakeClock

MANY, TIMES = 8, 12


def test_all_who_open_a_new_file_at_once_get_to_write(tmp_path: Path):
    for turn in range(TIMES):
        path, start = tmp_path / f"{turn}.db", threading.Barrier(MANY)

        def add(path: Path = path, start: threading.Barrier = start) -> object:
            database = Database(path)
            start.wait()
            try:
                return SqliteRecordStore(database, FakeClock()).add("budget", "k", {"usd": 1})
            finally:
                database.close()

        with ThreadPoolExecutor(MANY) as pool:
            outcomes = [pool.submit(add) for _ in range(MANY)]
        for outcome in outcomes:
            outcome.result()


def test_a_file_that_somebody_holds_for_good_is_told_to_be_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "held.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable):
        Database(path).rows("SELECT 1 FROM records")
    holder.execute("ROLLBACK")
    holder.close()
    assert Database(path).rows("SELECT 1 FROM records") == []
