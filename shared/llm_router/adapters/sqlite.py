"""One SQLite file that several processes share: the embedded store of a local installation."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from llm_router.adapters.sqlite_rows import Row
from llm_router.errors import StoreUnavailable

BUSY_TIMEOUT_S = 2.0
"""How long a writer waits for others. Writes take milliseconds, so whoever waits in vain has met a stuck process."""

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
    """Connections to one file, one a thread, opened on first use. Errors come out as `StoreUnavailable`.

    Whoever has waited for a lock in vain has waited for everybody: from then on each caller tries, and is told at once
    where another process still holds it, until one gets to write. Reads need no lock and go on meanwhile. Where the
    folder was deleted, moved or replaced, each thread goes on with what lies in its place, which is empty where nothing
    does: what is written to a file without a name is lost. The file's log lies beside it, so it is no use alone.

    Only the file's owner can read it and its log, and enter a folder that is made for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._waits = True

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """What a single statement finds; it sees one state of the file."""
        try:
            found: list[Row] = self._connection().execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as failure:
            raise self._unavailable(failure) from failure
        return found

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start: all of it happens or nothing."""
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, OSError) as failure:
            raise self._unavailable(failure, nothing_done=True) from failure
        self._waits = True
        try:
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as failure:
            raise self._unavailable(failure) from failure

    def close(self) -> None:
        """Close this thread's connection."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is not None:
            opened.connection.close()
            self._local.opened = None

    @property
    def _wait_s(self) -> float:
        return BUSY_TIMEOUT_S if self._waits else 0.0

    def _connection(self) -> sqlite3.Connection:
        file = _file_at(self._path)
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None or file is None or opened.file != file:
            self.close()
            opened = self._local.opened = self._open(file)
        opened.wait(self._wait_s)
        return opened.connection

    def _open(self, file: _File | None) -> _Opened:
        """A connection to the `file` that lies there, or to a new one."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file is None:
            _lay(self._path)
        wait_s = self._wait_s
        connection = sqlite3.connect(self._path, timeout=wait_s, isolation_level=None)
        try:
            opened = _Opened(connection, file or _file_at(self._path), wait_s)
            _shut(self._path)
            _keep_a_log(connection, wait_s)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return opened

    def _unavailable(self, failure: Exception, *, nothing_done: bool = False) -> StoreUnavailable:
        if _is_held_by_another(failure):
            self._waits = False
        message = f"The embedded store does not answer ({type(failure).__name__})."
        return StoreUnavailable(message, nothing_done=nothing_done)


_of_this_process: WeakValueDictionary[Path, Database] = WeakValueDictionary()


def database_at(path: Path) -> Database:
    """The one of this process, so that what one function finds out of a stuck writer the others know."""
    found = _of_this_process.get(path)
    if found is None:
        found = _of_this_process[path] = Database(path)
    return found


_File = tuple[int, int]
"""What tells one file from another, whatever their names: its device and its number there."""


@dataclass(slots=True)
class _Opened:
    """A thread's connection, the file that it writes to, and how long it waits for a lock."""

    connection: sqlite3.Connection
    file: _File | None
    wait_s: float

    def wait(self, wait_s: float) -> None:
        """Have it wait so long from now on."""
        if wait_s != self.wait_s:
            self.connection.execute(f"PRAGMA busy_timeout = {wait_s * 1000:.0f}")
            self.wait_s = wait_s


def _file_at(path: Path) -> _File | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _lay(path: Path) -> None:
    """Have an empty file lie there that only its owner can read, if none does, and be ready if another lays it first.

    It comes there by a second name: to close a file is to give up what this process's other threads have locked in it.
    Where that cannot be done SQLite makes the file itself, or says why not.
    """
    with contextlib.suppress(OSError):
        made, name = tempfile.mkstemp(prefix=".", dir=path.parent)
        try:
            os.close(made)
            os.link(name, path)
        finally:
            Path(name).unlink()


def _shut(path: Path) -> None:
    """Take from others what an earlier release let them read; SQLite gives new logs the rights of their file."""
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(OSError):  # not there, or somebody else's
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


def _keep_a_log(connection: sqlite3.Connection, wait_s: float) -> None:
    """Have writes go to a log beside the file, so that readers never wait for them.

    The first connection changes the file for good, and SQLite refuses at once some who would do the same meanwhile,
    whatever their time-out; others it lets wait. Raises `sqlite3.OperationalError` when that time is over, and at once
    for what waiting does not mend, such as a full disk.
    """
    until = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as failure:
            if not _is_held_by_another(failure) or time.monotonic() >= until:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _is_held_by_another(failure: Exception) -> bool:
    # The low byte is the code itself, the others say more of it; what Python's own module raises has none.
    return getattr(failure, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _HELD_BY_ANOTHER
