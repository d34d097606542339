"""A file whose tables somebody else has made: what it holds is checked, and not taken for what the router writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_catalogue import SqliteBlobStore, SqliteCatalogueStore
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.errors import StoreUnavailable
from tests.support.clock import FakeClock

FOREIGN = """
CREATE TABLE records (kind, key, body, expires_at);
INSERT INTO records VALUES ('decision', 'one', 5, NULL);
CREATE TABLE counters (kind, key, name, amount, expires_at);
INSERT INTO counters VALUES ('minute', '1', 'requests', 'many', NULL);
CREATE TABLE versions (version, sha256, created_at, origin, total_models, active_models, summary, payload);
INSERT INTO versions VALUES (1, 'hash', 'today', 'update', 3, 2, '+3', x'00');
CREATE TABLE pointer (id, version);
INSERT INTO pointer VALUES (1, 1);
CREATE TABLE blobs (name, payload);
INSERT INTO blobs VALUES ('page', 'text');
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    path = tmp_path / "router.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FOREIGN)
    return Database(path)


@pytest.mark.parametrize(
    "read",
    [
        lambda database: SqliteRecordStore(database, FakeClock()).get("decision", "one"),
        lambda database: SqliteRecordStore(database, FakeClock()).latest("decision", 1),
        lambda database: SqliteRecordStore(database, FakeClock()).counters("minute", 1),
        lambda database: SqliteCatalogueStore(database).current(),
        lambda database: SqliteCatalogueStore(database).payload(1),
        lambda database: SqliteCatalogueStore(database).versions(),
        lambda database: SqliteBlobStore(database).read("page"),
    ],
    ids=["record", "latest", "counters", "current", "payload", "versions", "blob"],
)
def test_a_row_of_another_form_is_refused(database: Database, read: Callable[[Database], object]):
    with pytest.raises(StoreUnavailable):
        read(database)
