"""Past decisions: kept compressed, for a time, without their prompts; beside each, what it was about and whose."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from llm_router.feedback import Subject
from llm_router.ports import Record, RecordStore
from llm_router.taxonomy import Category, Difficulty

KIND = "decision"
MAX_ID = 64
NO_DECISION = "There is no such decision; decisions are kept for a limited time."
LEVEL = 1
"""Of compression. An answer of twenty models shrinks to a sixth, which is what a store bills for."""
_DEMO = "demo"
"""Stands after what a decision was about where a demo answered."""


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Keeps answers as they were given. Raises `StoreUnavailable`."""

    records: RecordStore

    def keep(self, decision_id: str, answer: str, subject: Subject, *, expires_at: float) -> None:
        """Keep a decision's answer, which is JSON, until then (epoch seconds)."""
        packed = base64.b64encode(zlib.compress(answer.encode(), LEVEL)).decode("ascii")
        about = [subject.model_id, subject.category, subject.difficulty, subject.tenant, subject.session_key]
        about += [_DEMO] if subject.demo else []
        self.records.put(Record(KIND, decision_id, f"{json.dumps(about)}\n{packed}", expires_at))

    def find(self, decision_id: str, tenant: str | None) -> bytes | None:
        """The answer as it was given to this tenant (None: to any), or None."""
        record = self._of_tenant(decision_id, tenant)
        return None if record is None else _answer(record)

    def subject(self, decision_id: str, tenant: str | None) -> Subject | None:
        """What a decision of this tenant (None: of any) was about, or None."""
        record = self._of_tenant(decision_id, tenant)
        return None if record is None else _subject(record)

    def latest(self, limit: int) -> Iterator[bytes]:
        """The newest answers, newest first."""
        return (_answer(record) for record in self.records.latest(KIND, limit))

    def _of_tenant(self, decision_id: str, tenant: str | None) -> Record | None:
        record = self.records.get(KIND, decision_id[:MAX_ID])
        return None if record is None or tenant not in (None, _subject(record).tenant) else record


def _answer(record: Record) -> bytes:
    return zlib.decompress(base64.b64decode(record.body.rpartition("\n")[2]))


def _subject(record: Record) -> Subject:
    model_id, category, difficulty, tenant, session_key, *more = json.loads(record.body.partition("\n")[0])
    return Subject(model_id, Category(category), Difficulty(difficulty), tenant, session_key, demo=_DEMO in more)
