"""One SQLite file that several processes share: the embedded store of a local installation."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from llm_router.adapters.sqlite_rows import Row
from llm_router.errors import StoreUnavailable

BUSY_TIMEOUT_S = 2.0
"""How long a writer waits for another one. Writes take microseconds, so only a stuck process makes anyone wait."""

PAUSE_S = 0.01
"""Between two attempts at what SQLite does not wait for by itself."""

_HELD_BY_ANOTHER = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    version INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, created_at REAL NOT NULL, origin TEXT NOT NULL,
    total_models INTEGER NOT NULL, active_models INTEGER NOT NULL, summary TEXT NOT NULL, payload BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS pointer (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, expires_at REAL, PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS counters (
    kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, amount REAL NOT NULL, expires_at REAL,
    PRIMARY KEY (kind, key, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counters_expiry ON counters (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS blobs (name TEXT PRIMARY KEY, payload BLOB NOT NULL) STRICT;
"""


class Database:
    """Connections to one file, one a thread, opened on first use. Errors come out as `StoreUnavailable`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._ready = False
        self._lock = threading.Lock()

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """What a single statement finds; it sees one state of the file."""
        try:
            found: list[Row] = self._connection().execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as failure:
            raise _unavailable(failure) from failure
        return found

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start: all of it happens or nothing."""
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, OSError) as failure:
            raise _unavailable(failure, nothing_done=True) from failure
        try:
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as failure:
            raise _unavailable(failure) from failure

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            _keep_a_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        if not self._ready:
            with self._lock:
                connection.executescript(_SCHEMA)
                self._ready = True
        return connection


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Have writes go to a log beside the file, so that readers never wait for them.

    The first connection changes the file for good, and SQLite refuses at once some who would do the same meanwhile,
    whatever their time-out; others it lets wait. Raises `sqlite3.OperationalError` when that time is over, and at once
    for what waiting does not mend, such as a full disk.
    """
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as failure:
            # The low byte is the code itself, the others say more of it.
            if failure.sqlite_errorcode & 0xFF not in _HELD_BY_ANOTHER or time.monotonic() >= until:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _unavailable(failure: Exception, *, nothing_done: bool = False) -> StoreUnavailable:
    message = f"The embedded store does not answer ({type(failure).__name__})."
    return StoreUnavailable(message, nothing_done=nothing_done)
