"""Many who open the embedded store at once, each with connections of its own, as the workers of a first start do."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
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


FILES = ("router.sqlite", "router.sqlite-wal", "router.sqlite-shm")


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def put(folder: Path) -> Database:
    database = Database(folder / "router.sqlite")
    SqliteRecordStore(database, FakeClock()).add("budget", "k", {"usd": 1})
    return database


@pytest.mark.usefixtures("usual_umask")
def test_what_is_kept_can_be_read_by_its_owner_alone(tmp_path: Path):
    folder = tmp_path / "state"
    database = put(folder)
    assert rights(folder) == 0o700
    assert {name: rights(folder / name) for name in FILES} == dict.fromkeys(FILES, 0o600)
    assert sorted(each.name for each in folder.iterdir()) == sorted(FILES), "and nothing else is left there"
    database.close()


@pytest.mark.usefixtures("usual_umask")
def test_what_others_could_read_before_they_can_read_no_more(tmp_path: Path):
    holder = put(tmp_path)
    for name in FILES:
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    another = put(tmp_path)
    assert {name: rights(tmp_path / name) for name in FILES} == dict.fromkeys(FILES, 0o600)
    assert rights(tmp_path) == 0o755, "a folder that was there is its owner's matter"
    holder.close()
    another.close()


@pytest.mark.usefixtures("usual_umask")
def test_where_a_file_has_but_one_name_it_is_shut_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    database = put(tmp_path)
    assert {name: rights(tmp_path / name) for name in FILES} == dict.fromkeys(FILES, 0o600)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(FILES)
    database.close()
