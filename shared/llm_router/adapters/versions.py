"""What every store of the catalogue's versions does alike: the payload's hash, its check, and who comes too late."""

from __future__ import annotations

import hashlib

from llm_router.errors import SnapshotCorrupt, VersionConflict
from llm_router.ports import VersionInfo


def digest(payload: bytes) -> str:
    """The SHA-256 of a payload, in hexadecimal."""
    return hashlib.sha256(payload).hexdigest()


def verified(payload: bytes, info: VersionInfo) -> bytes:
    """The payload if it is the one that was published. Raises `SnapshotCorrupt`."""
    if digest(payload) != info.sha256:
        raise SnapshotCorrupt(f"Version {info.version} of the catalogue does not match its hash.")
    return payload


def refuse_unless_current(current: VersionInfo | None, expected_version: int | None) -> None:
    """Raises `VersionConflict` where another version than the expected one is in force."""
    if (current.version if current else None) != expected_version:
        raise conflict(current)


def conflict(current: VersionInfo | None) -> VersionConflict:
    """The error for a publication that came too late."""
    found = current.version if current else None
    return VersionConflict("The catalogue has changed since; read it again and retry.", current=found)
