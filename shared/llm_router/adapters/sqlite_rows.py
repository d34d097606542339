"""What rows of the embedded store hold. Its tables are strict, so a row of another form is none that we wrote: each
reader raises `StoreUnavailable` for it."""

from __future__ import annotations

from collections.abc import Sequence

from llm_router.errors import StoreUnavailable
from llm_router.ports import Record, VersionInfo

Row = Sequence[object]

VERSION_COLUMNS = "version, sha256, created_at, origin, total_models, active_models, summary"
RECORD_COLUMNS = "kind, key, body, expires_at"


def version_of(row: Row) -> VersionInfo:
    """A row of `VERSION_COLUMNS`."""
    match row:
        case (
            int(version),
            str(sha256),
            float(created_at),
            str(origin),
            int(total_models),
            int(active_models),
            str(summary),
        ):
            return VersionInfo(version, sha256, created_at, origin, total_models, active_models, summary)
    raise _not_ours()


def record_of(row: Row) -> Record:
    """A row of `RECORD_COLUMNS`."""
    match row:
        case (str(kind), str(key), str(body), None | float() as expires_at):
            return Record(kind, key, body, expires_at)
    raise _not_ours()


def counter_of(row: Row) -> tuple[str, str, float]:
    """A row of a counter's key, name and amount."""
    match row:
        case (str(key), str(name), float(amount)):
            return key, name, amount
    raise _not_ours()


def payload_of(value: object) -> bytes:
    """The value of a column of payloads."""
    if isinstance(value, bytes):
        return value
    raise _not_ours()


def _not_ours() -> StoreUnavailable:
    return StoreUnavailable("The embedded store holds what the router has not written.")
