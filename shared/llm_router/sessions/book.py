"""What is remembered of a session: its task, its model and how it goes. Never what was said in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from llm_router.classification import decode, encode
from llm_router.ports import Clock, Record, RecordStore
from llm_router.taxonomy import Classification

KIND = "session"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation as it stands.

    `task` is what is being worked on, as it was first classified. `model_id` is the model last chosen for it, `at` when
    (epoch seconds), by which decision, `tokens` the length of the conversation by then, in the classifier's tokens and
    with the expected answers. `lift` counts how often it was escalated, `failures` what went wrong since; `blamed`
    where the answer of the last decision is among that.
    """

    task: Classification
    model_id: str
    tokens: int
    at: float
    turns: int = 1
    lift: int = 0
    failures: int = 0
    decision: str = ""
    blamed: bool = False


@dataclass(frozen=True, slots=True)
class SessionBook:
    """Keeps sessions, each for `ttl_s` from its last turn. Raises `StoreUnavailable`."""

    records: RecordStore
    clock: Clock
    ttl_s: float

    def find(self, key: str) -> Session | None:
        """The session, or None when there is none, its time is over, or it cannot be read."""
        record = self.records.get(KIND, key)
        return None if record is None else _loads(record.body)

    def keep(self, key: str, session: Session) -> None:
        """Remember it as it is now."""
        self.records.put(Record(KIND, key, _dumps(session), expires_at=self.clock.now() + self.ttl_s))

    def judged(self, key: str, decision: str, *, good: bool) -> None:
        """The decision's answer was good, or not: what comes next in the session counts that, unless another decision
        was made in it since. No session lives longer for it."""
        for _ in range(ATTEMPTS):
            held = self.records.get(KIND, key)
            session = None if held is None else _loads(held.body)
            if held is None or session is None or session.decision != decision:
                return
            if good and not session.failures:
                return
            told = replace(session, failures=0 if good else session.failures + 1, blamed=not good)
            if self.records.replace(replace(held, body=_dumps(told)), expected_body=held.body):
                return


def session_key(tenant: str, session_id: str) -> str:
    """The key of a caller's session. Two callers with the same id have two sessions, and neither id is readable."""
    digest = hashlib.sha256(tenant.encode() + b"\0" + session_id.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:40]


def _dumps(session: Session) -> str:
    numbers = [session.tokens, session.at, session.turns, session.lift, session.failures]
    last = [session.decision, int(session.blamed)]
    return json.dumps([encode(session.task).decode(), session.model_id, *numbers, *last], separators=(",", ":"))


def _loads(body: str) -> Session | None:
    try:
        task, model_id, tokens, at, turns, lift, failures, decision, blamed = json.loads(body)
        found = decode(str(task).encode())
        if found is None:
            return None
        numbers = int(turns), int(lift), int(failures)
        return Session(found, str(model_id), int(tokens), float(at), *numbers, str(decision), bool(blamed))
    except (ValueError, TypeError):
        return None
