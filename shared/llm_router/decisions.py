"""Past decisions: kept compressed, for a time, without their prompts."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from llm_router.ports import Record, RecordStore

KIND = "decision"
MAX_ID = 64
LEVEL = 1
"""Of compression. An answer of twenty models shrinks to a sixth, which is what a store bills for."""


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Keeps answers as they were given. Raises `StoreUnavailable`."""

    records: RecordStore

    def keep(self, decision_id: str, answer: str, *, expires_at: float) -> None:
        """Keep a decision's answer, which is JSON, until then (epoch seconds)."""
        body = base64.b64encode(zlib.compress(answer.encode(), LEVEL)).decode("ascii")
        self.records.put(Record(KIND, decision_id, body, expires_at))

    def find(self, decision_id: str) -> bytes | None:
        """The answer as it was given, or None."""
        record = self.records.get(KIND, decision_id[:MAX_ID])
        return None if record is None else _answer(record)

    def latest(self, limit: int) -> Iterator[bytes]:
        """The newest answers, newest first."""
        return (_answer(record) for record in self.records.latest(KIND, limit))


def _answer(record: Record) -> bytes:
    return zlib.decompress(base64.b64decode(record.body))
