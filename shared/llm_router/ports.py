"""What the domain needs from the outside, as protocols. Adapters implement them; tests bring fakes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from llm_router.taxonomy import AnswerLimit, Classification


class Clock(Protocol):
    """Time, passed in so that tests own it."""

    def now(self) -> float:
        """Seconds since the epoch, UTC. May jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class Classifier(Protocol):
    """Sorts one prompt. Never raises for a string; without its model it answers by rules and words and says so."""

    def classify(self, text: str, *, explain: bool = False) -> Classification: ...

    def answer_limit(self, instructions: str) -> AnswerLimit:
        """What a text that says how to answer says of how long answers may be."""
        ...


MAX_VERSION = 2**53 - 1
"""Of the catalogue: what every store and JSON itself can count to."""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One immutable version of the catalogue, without its content. `created_at` is in epoch seconds."""

    version: int
    sha256: str
    created_at: float
    origin: str
    total_models: int
    active_models: int
    summary: str


class CatalogueStore(Protocol):
    """Immutable snapshots and one pointer that moves by compare-and-set.

    A reader sees a whole version or the one before, never a mixture. Raises `StoreUnavailable` when the
    store does not answer in time.
    """

    def current(self) -> VersionInfo | None:
        """The version in force, or None before the first publication."""
        ...

    def payload(self, version: int) -> bytes:
        """The snapshot's bytes, checked against its hash. Raises `NotFound` or `SnapshotCorrupt`."""
        ...

    def publish(self, payload: bytes, draft: VersionInfo, *, expected_version: int | None) -> VersionInfo:
        """Write `payload` and make it current if the current version is still `expected_version` (None: none yet).

        `draft.version` is ignored and assigned: one more than any version before. The snapshot is written
        first and the pointer moved last. Raises `VersionConflict` with the version in force otherwise.
        """
        ...

    def versions(self, limit: int = 50, *, before: int | None = None) -> Sequence[VersionInfo]:
        """Published versions, newest first: those alone that came before the one with this number, where it is told."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """A small JSON document (at most 300 kB) under a kind and a key; gone after `expires_at` (epoch seconds)."""

    kind: str
    key: str
    body: str
    expires_at: float | None = None


MOST_AMOUNTS = 100
"""Counters that one `RecordStore.add` may name: an update of DynamoDB holds 4 kB and 300 operators."""


class RecordStore(Protocol):
    """Decisions, sessions, feedback, keys, budgets and counters: small documents that outlive a process.

    Expired records are never returned. Raises `StoreUnavailable` when the store does not answer in time.
    """

    def put(self, record: Record, *, only_if_absent: bool = False) -> bool:
        """Store it whole; False (and nothing written) when `only_if_absent` and a live one is there."""
        ...

    def get(self, kind: str, key: str) -> Record | None: ...

    def delete(self, kind: str, key: str) -> bool:
        """True when there was one."""
        ...

    def latest(self, kind: str, limit: int, *, first: str = "") -> Sequence[Record]:
        """Up to `limit` records whose key is at least `first`, greatest key first."""
        ...

    def replace(self, record: Record, *, expected_body: str | None) -> bool:
        """Compare-and-set: store it if the body now is `expected_body` (None: absent); else False."""
        ...

    def add(
        self,
        kind: str,
        key: str,
        amounts: Mapping[str, float],
        *,
        ceilings: Mapping[str, float] | None = None,
        expires_at: float | None = None,
    ) -> Mapping[str, float] | None:
        """Add to named counters in one atomic step and return those named, as they are now.

        More than `MOST_AMOUNTS` are a `ValueError`.
        With `ceilings`, nothing is added and None returned if any named counter would end above its ceiling.
        Counters live beside documents: a key holds the one or the other.
        """
        ...

    def counters(self, kind: str, limit: int, *, first: str = "") -> Sequence[tuple[str, Mapping[str, float]]]:
        """Keys from `first` on with all their counters, greatest key first."""
        ...


class BlobStore(Protocol):
    """Larger immutable or replaced-whole payloads: snapshots of the catalogue, a source's last good data, exports."""

    def write(self, name: str, payload: bytes) -> None: ...

    def read(self, name: str) -> bytes | None: ...


class Cache(Protocol):
    """Somewhere fast that may forget. Never raises; `available` tells whether its far tier answers."""

    @property
    def available(self) -> bool: ...

    def get(self, key: str, worth_s: float = math.inf) -> bytes | None:
        """`worth_s` is how long the value takes to make anew: who is usually slower than that need not be asked."""
        ...

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        """Keep the value in place of any other, or none when it is too long; `worth_s` as for `get`."""
        ...

    def delete(self, key: str) -> None: ...
