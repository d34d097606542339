"""Past decisions: kept compressed, for a time, without their prompts; beside each, what it was about and whose."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llm_router.errors import NotFound, StoreUnavailable
from llm_router.feedback import Subject
from llm_router.ports import Record, RecordStore
from llm_router.taxonomy import Category, Difficulty

if TYPE_CHECKING:
    from llm_router.catalogue.entry import ModelEntry
    from llm_router.recommend import Decision

KIND = "decision"
MAX_ID = 64
LEVEL = 1
"""Of compression. An answer of twenty models shrinks to a sixth, which is what a store bills for."""
_DEMO = "demo"
"""Stands after what a decision was about where a demo answered."""


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Keeps answers as they were given. Raises `StoreUnavailable`, and `NotFound` for a decision that is not there, or
    not the tenant's to see."""

    records: RecordStore

    def keep(self, decision_id: str, answer: str, subject: Subject, *, expires_at: float) -> None:
        """Keep a decision's answer, which is JSON, until then (epoch seconds)."""
        packed = base64.b64encode(zlib.compress(answer.encode(), LEVEL)).decode("ascii")
        about = [subject.model_id, subject.category, subject.difficulty, subject.tenant, subject.session_key]
        about += [_DEMO] if subject.demo else []
        self.records.put(Record(KIND, decision_id, f"{json.dumps(about)}\n{packed}", expires_at))

    def find(self, decision_id: str, tenant: str | None) -> bytes:
        """The answer as it was given to this tenant (None: to any)."""
        return _answer(self._of_tenant(decision_id, tenant))

    def subject(self, decision_id: str, tenant: str | None) -> Subject:
        """What a decision of this tenant (None: of any) was about."""
        return _subject(self._of_tenant(decision_id, tenant))

    def latest(self, limit: int) -> Iterator[bytes]:
        """The newest answers, newest first."""
        return (_answer(record) for record in self.records.latest(KIND, limit))

    def _of_tenant(self, decision_id: str, tenant: str | None) -> Record:
        record = self.records.get(KIND, decision_id[:MAX_ID])
        if record is None or tenant not in (None, _subject(record).tenant):
            raise NotFound("There is no such decision; decisions are kept for a limited time.")
        return record


@dataclass(frozen=True, slots=True)
class DecisionKeeper:
    """Keeps decisions for `kept_s`, each with what feedback on it would be about.

    `is_demo` tells of a provider whether a demo answers in its place.
    """

    log: DecisionLog
    kept_s: float
    is_demo: Callable[[str], bool]
    warn: Callable[[str], None]

    def keep(self, decision: Decision, tenant: str, answer: str, used: ModelEntry | None = None) -> None:
        """Keep what the tenant is answered, which is JSON, and the model that was `used`, where one has answered.

        To be called before the answer goes out, since the caller may ask for it at once. A decision that cannot be kept
        is still a good decision: a later look finds nothing.
        """
        found = decision.classified.classification
        model = used or decision.ranking.candidates[0].model
        try:
            demo = used is not None and self.is_demo(used.provider)
            subject = Subject(model.id, found.base_category, found.difficulty, tenant, decision.session_key, demo)
            self.log.keep(decision.id, answer, subject, expires_at=decision.at + self.kept_s)
        except StoreUnavailable as failure:
            self.warn(f"A decision was not kept: {failure.message}")


def _answer(record: Record) -> bytes:
    return zlib.decompress(base64.b64decode(record.body.rpartition("\n")[2]))


def _subject(record: Record) -> Subject:
    model_id, category, difficulty, tenant, session_key, *more = json.loads(record.body.partition("\n")[0])
    return Subject(model_id, Category(category), Difficulty(difficulty), tenant, session_key, demo=_DEMO in more)
