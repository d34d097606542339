"""A caller's judgement of an answer: what it counts for, and what it says of the session that the answer was in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from llm_router.auth import Caller
from llm_router.decisions import DecisionLog
from llm_router.feedback import FeedbackBook, Given, Subject
from llm_router.sessions.continuing import Sessions

POOR = 0.5
"""A score below this says that the answer was no good."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judgement is of, and how it counted."""

    subject: Subject
    given: Given


@dataclass(frozen=True, slots=True)
class Judge:
    """Takes judgements of decisions. `sessions` is asked for only where an answer in a session was judged."""

    decisions: DecisionLog
    book: FeedbackBook
    sessions: Callable[[], Sessions]

    def judge(self, decision_id: str, score: float, caller: Caller) -> Judged:
        """Count a score from 0 to 1. The first one of a decision counts, and its session hears of it.

        Raises `NotFound` for a decision that there is not, or that is not the caller's to see; `StoreUnavailable`.
        """
        subject = self.decisions.subject(decision_id, caller.sees)
        given = self.book.give(decision_id, replace(subject, tenant=caller.tenant), score)
        if given.tells_of_session and (key := subject.session_key):
            self.sessions().judged(key, decision_id, good=score >= POOR)
        return Judged(subject, given)
