"""The catalogue's versions, and larger payloads, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_rows import VERSION_COLUMNS, payload_of, version_of
from llm_router.adapters.versions import digest, refuse_unless_current, verified
from llm_router.errors import NotFound
from llm_router.ports import MAX_VERSION, VersionInfo

_CURRENT = f"SELECT {VERSION_COLUMNS} FROM versions WHERE version = (SELECT version FROM pointer)"  # noqa: S608 - constant column names


class SqliteCatalogueStore:
    """A `CatalogueStore`. Snapshot and pointer are written in one transaction: no reader sees one without the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> VersionInfo | None:
        rows = self._database.rows(_CURRENT)
        return version_of(rows[0]) if rows else None

    def payload(self, version: int) -> bytes:
        rows = self._database.rows(
            f"SELECT {VERSION_COLUMNS}, payload FROM versions WHERE version = ?",  # noqa: S608 - constant column names
            (version,),
        )
        if not rows:
            raise NotFound(f"There is no version {version} of the catalogue.")
        return verified(payload_of(rows[0][7]), version_of(rows[0][:7]))

    def publish(self, payload: bytes, draft: VersionInfo, *, expected_version: int | None) -> VersionInfo:
        with self._database.writing() as connection:
            refuse_unless_current(_current(connection), expected_version)
            (highest,) = connection.execute("SELECT coalesce(max(version), 0) FROM versions").fetchone()
            info = replace(draft, version=highest + 1, sha256=digest(payload))
            connection.execute(
                f"INSERT INTO versions ({VERSION_COLUMNS}, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant column names
                (
                    info.version,
                    info.sha256,
                    info.created_at,
                    info.origin,
                    info.total_models,
                    info.active_models,
                    info.summary,
                    payload,
                ),
            )
            connection.execute("INSERT OR REPLACE INTO pointer (id, version) VALUES (1, ?)", (info.version,))
            return info

    def versions(self, limit: int = 50, *, before: int | None = None) -> Sequence[VersionInfo]:
        rows = self._database.rows(
            f"SELECT {VERSION_COLUMNS} FROM versions WHERE version < ? ORDER BY version DESC LIMIT ?",  # noqa: S608 - constant column names
            (MAX_VERSION + 1 if before is None else before, limit),
        )
        return [version_of(row) for row in rows]


def _current(connection: sqlite3.Connection) -> VersionInfo | None:
    row = connection.execute(_CURRENT).fetchone()
    return version_of(row) if row else None


class SqliteBlobStore:
    """A `BlobStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, name: str, payload: bytes) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO blobs (name, payload) VALUES (?, ?)", (name, payload))

    def read(self, name: str) -> bytes | None:
        rows = self._database.rows("SELECT payload FROM blobs WHERE name = ?", (name,))
        return payload_of(rows[0][0]) if rows else None
