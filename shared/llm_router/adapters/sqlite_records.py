"""Records and counters in SQLite."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Mapping, Sequence
from operator import itemgetter

from llm_router.adapters.amounts import refuse_too_many
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_rows import RECORD_COLUMNS, counter_of, record_of
from llm_router.ports import Clock, Record

PURGE_EVERY = 500
"""Writes between two purges of what has expired; a purge is one indexed delete."""

_HELD = (
    f"SELECT {RECORD_COLUMNS} FROM records WHERE kind = ? AND key = ? "  # noqa: S608 - constant column names
    "AND (expires_at IS NULL OR expires_at > ?)"
)


class SqliteRecordStore:
    """A `RecordStore`. What has expired is never returned, and deleted now and then so that the file stays bounded."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._writes = itertools.count(1)

    def put(self, record: Record, *, only_if_absent: bool = False) -> bool:
        with self._database.writing() as connection:
            self._purge(connection)
            if only_if_absent and self._held(connection, record.kind, record.key) is not None:
                return False
            _store(connection, record)
            return True

    def get(self, kind: str, key: str) -> Record | None:
        rows = self._database.rows(_HELD, (kind, key, self._clock.now()))
        return record_of(rows[0]) if rows else None

    def delete(self, kind: str, key: str) -> bool:
        with self._database.writing() as connection:
            there = self._held(connection, kind, key) is not None
            connection.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, key))
            return there

    def latest(self, kind: str, limit: int, *, first: str = "") -> Sequence[Record]:
        rows = self._database.rows(
            f"SELECT {RECORD_COLUMNS} FROM records WHERE kind = ? AND key >= ? "  # noqa: S608 - constant column names
            "AND (expires_at IS NULL OR expires_at > ?) ORDER BY key DESC LIMIT ?",
            (kind, first, self._clock.now(), limit),
        )
        return [record_of(row) for row in rows]

    def replace(self, record: Record, *, expected_body: str | None) -> bool:
        with self._database.writing() as connection:
            held = self._held(connection, record.kind, record.key)
            if (held.body if held else None) != expected_body:
                return False
            _store(connection, record)
            return True

    def add(
        self,
        kind: str,
        key: str,
        amounts: Mapping[str, float],
        *,
        ceilings: Mapping[str, float] | None = None,
        expires_at: float | None = None,
    ) -> Mapping[str, float] | None:
        refuse_too_many(amounts)
        with self._database.writing() as connection:
            self._purge(connection)
            names = sorted({*amounts, *(ceilings or {})})
            held = {name: self._counter(connection, kind, key, name) for name in names}
            summed = {name: held[name] + amounts.get(name, 0.0) for name in names}
            if any(summed[name] > most for name, most in (ceilings or {}).items()):
                return None
            connection.executemany(
                "INSERT OR REPLACE INTO counters (kind, key, name, amount, expires_at) VALUES (?, ?, ?, ?, ?)",
                [(kind, key, name, summed[name], expires_at) for name in amounts],
            )
            return {name: summed[name] for name in amounts}

    def counters(self, kind: str, limit: int, *, first: str = "") -> Sequence[tuple[str, Mapping[str, float]]]:
        rows = self._database.rows(
            "SELECT key, name, amount FROM counters WHERE kind = ? AND key >= ? "
            "AND (expires_at IS NULL OR expires_at > ?) ORDER BY key DESC",
            (kind, first, self._clock.now()),
        )
        grouped = itertools.groupby(map(counter_of, rows), key=itemgetter(0))
        return [(key, {name: amount for _, name, amount in group}) for key, group in itertools.islice(grouped, limit)]

    def _held(self, connection: sqlite3.Connection, kind: str, key: str) -> Record | None:
        row = connection.execute(_HELD, (kind, key, self._clock.now())).fetchone()
        return record_of(row) if row else None

    def _counter(self, connection: sqlite3.Connection, kind: str, key: str, name: str) -> float:
        row = connection.execute(
            "SELECT amount FROM counters WHERE kind = ? AND key = ? AND name = ? "
            "AND (expires_at IS NULL OR expires_at > ?)",
            (kind, key, name, self._clock.now()),
        ).fetchone()
        return float(row[0]) if row else 0.0

    def _purge(self, connection: sqlite3.Connection) -> None:
        if next(self._writes) % PURGE_EVERY == 0:
            now = self._clock.now()
            connection.execute("DELETE FROM records WHERE expires_at <= ?", (now,))
            connection.execute("DELETE FROM counters WHERE expires_at <= ?", (now,))


def _store(connection: sqlite3.Connection, record: Record) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO records (kind, key, body, expires_at) VALUES (?, ?, ?, ?)",
        (record.kind, record.key, record.body, record.expires_at),
    )
