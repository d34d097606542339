"""The embedded store's folder, deleted, moved or replaced while it is in use: everybody goes on with what is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.ports import Record
from tests.support.clock import FakeClock

ONE, TWO = Record("note", "one", "{}"), Record("note", "two", "{}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def store_in(folder: Path) -> SqliteRecordStore:
    """One with connections of its own, as each process has."""
    return SqliteRecordStore(Database(folder / "router.sqlite"), FakeClock())


def deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


@pytest.mark.parametrize("goes", [deleted, moved])
def test_what_is_written_after_the_folder_has_gone_is_found_by_all(folder: Path, goes: Callable[[Path], None]):
    writer, reader = store_in(folder), store_in(folder)
    writer.put(ONE)
    assert reader.get("note", "one") == ONE
    goes(folder)
    assert writer.put(TWO)
    assert reader.get("note", "one") is None
    assert reader.get("note", "two") == store_in(folder).get("note", "two") == TWO


@pytest.mark.parametrize("goes", [deleted, moved])
def test_whoever_only_reads_then_finds_an_empty_store(folder: Path, goes: Callable[[Path], None]):
    store = store_in(folder)
    store.put(ONE)
    goes(folder)
    assert store.get("note", "one") is None
    assert list(store.latest("note", 5)) == []


def test_a_thread_that_comes_after_it_has_gone_can_read_and_write(folder: Path):
    store = store_in(folder)
    store.put(ONE)
    deleted(folder)
    with ThreadPoolExecutor(1) as another:
        assert another.submit(store.get, "note", "one").result() is None
        assert another.submit(store.put, TWO).result()
    assert store.get("note", "two") == TWO


def test_a_folder_that_is_put_in_its_place_is_the_one_in_use(folder: Path):
    other = folder.with_name("other")
    store_in(other).put(TWO)
    store = store_in(folder)
    store.put(ONE)
    moved(folder)
    other.rename(folder)
    assert store.get("note", "one") is None
    assert store.get("note", "two") == TWO
    store.delete("note", "two")
    assert store_in(folder).get("note", "two") is None
    assert store_in(folder.with_name("elsewhere")).get("note", "one") == ONE
