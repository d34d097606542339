"""The three stores in this process's memory: for tests and for a look around. Nothing outlives the process."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from llm_router.adapters.amounts import refuse_too_many
from llm_router.adapters.versions import digest, refuse_unless_current, verified
from llm_router.errors import NotFound
from llm_router.ports import Clock, Record, VersionInfo


@dataclass
class MemoryCatalogueStore:
    """A `CatalogueStore` in memory."""

    _payloads: dict[int, bytes] = field(default_factory=dict)
    _versions: list[VersionInfo] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> VersionInfo | None:
        return self._versions[-1] if self._versions else None

    def payload(self, version: int) -> bytes:
        info = next((info for info in self._versions if info.version == version), None)
        if info is None:
            raise NotFound(f"There is no version {version} of the catalogue.")
        return verified(self._payloads[version], info)

    def publish(self, payload: bytes, draft: VersionInfo, *, expected_version: int | None) -> VersionInfo:
        with self._lock:
            refuse_unless_current(self.current(), expected_version)
            version = (expected_version or 0) + 1
            info = replace(draft, version=version, sha256=digest(payload))
            self._payloads[version] = payload
            self._versions.append(info)
            return info

    def versions(self, limit: int = 50, *, before: int | None = None) -> Sequence[VersionInfo]:
        return [info for info in self._versions[::-1] if before is None or info.version < before][:limit]


@dataclass
class MemoryRecordStore:
    """A `RecordStore` in memory."""

    clock: Clock
    _records: dict[tuple[str, str], Record] = field(default_factory=dict)
    _counters: dict[tuple[str, str], tuple[dict[str, float], float | None]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def put(self, record: Record, *, only_if_absent: bool = False) -> bool:
        with self._lock:
            if only_if_absent and self.get(record.kind, record.key) is not None:
                return False
            self._records[record.kind, record.key] = record
            return True

    def get(self, kind: str, key: str) -> Record | None:
        record = self._records.get((kind, key))
        return record if record is not None and self._alive(record.expires_at) else None

    def delete(self, kind: str, key: str) -> bool:
        with self._lock:
            there = self.get(kind, key) is not None
            self._records.pop((kind, key), None)
            return there

    def latest(self, kind: str, limit: int, *, first: str = "") -> Sequence[Record]:
        with self._lock:
            keys = sorted((key for owner, key in self._records if owner == kind and key >= first), reverse=True)
            found = (self.get(kind, key) for key in keys)
            return [record for record in found if record is not None][:limit]

    def replace(self, record: Record, *, expected_body: str | None) -> bool:
        with self._lock:
            held = self.get(record.kind, record.key)
            if (held.body if held else None) != expected_body:
                return False
            return self.put(record)

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
        with self._lock:
            held, until = self._counters.get((kind, key), ({}, None))
            if not self._alive(until):
                held = {}
            summed = {name: held.get(name, 0.0) + amount for name, amount in amounts.items()}
            if any(summed.get(name, held.get(name, 0.0)) > most for name, most in (ceilings or {}).items()):
                return None
            self._counters[kind, key] = ({**held, **summed}, expires_at)
            return summed

    def counters(self, kind: str, limit: int, *, first: str = "") -> Sequence[tuple[str, Mapping[str, float]]]:
        with self._lock:
            keys = sorted((key for owner, key in self._counters if owner == kind and key >= first), reverse=True)
            rows = [(key, *self._counters[kind, key]) for key in keys]
            return [(key, dict(held)) for key, held, until in rows if self._alive(until)][:limit]

    def _alive(self, expires_at: float | None) -> bool:
        return expires_at is None or expires_at > self.clock.now()


@dataclass
class MemoryBlobStore:
    """A `BlobStore` in memory."""

    _blobs: dict[str, bytes] = field(default_factory=dict)

    def write(self, name: str, payload: bytes) -> None:
        self._blobs[name] = payload

    def read(self, name: str) -> bytes | None:
        return self._blobs.get(name)
