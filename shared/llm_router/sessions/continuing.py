"""The state of sessions around a choice: read before it, written after it, and done without when the store is down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llm_router.classification import Classified
from llm_router.conversation import Conversation
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.manner import Manner, heard
from llm_router.sessions.turn import Course, SessionTurn, goes_on, turn
from llm_router.taxonomy import Classification

MOST_CLASSIFIED = 3
"""Earlier messages that begin as if they went on and are classified at most, to find the task that a follow-up goes on
with. More of them are taken to go on."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What is known before the choice: the session as it was, how the message is to be taken, and whether the
    session can be written: a store that has just failed to answer is not asked again."""

    session: Session | None
    turn: SessionTurn
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Sessions:
    """Reads and writes sessions. Never raises: without its store a session costs nothing but what it would bring."""

    book: SessionBook
    clock: Clock
    warn: Callable[[str], None]

    def open(
        self,
        key: str | None,
        conversation: Conversation,
        found: Classification,
        classify: Callable[[str], Classified],
    ) -> OpenedSession:
        """How to take the conversation's last message, which was classified as `found`.

        A follow-up inherits from the session or, without one, from what the user asked before in the same
        conversation, and counts what was wrong since; what was asked is classified with `classify`.
        """
        session, reachable = self._find(key) if key else (None, False)
        said = heard(conversation.request)
        before, course = None, Course()
        if session is not None:
            before, course = session.task, Course(session.lift, session.failures, session.blamed)
        elif goes_on(said, found):
            before, course = _earlier(conversation.asked[:-1], classify)
        return OpenedSession(session, turn(found, said, before, course), reachable)

    def close(
        self, key: str, opened: OpenedSession, *, decision: str, model_id: str, tokens: int, lift: int, adds: bool
    ) -> None:
        """Remember the turn: its task before it was lifted, its model, and `tokens` of prompt and expected answer,
        which are added to the session's where it `adds`, else replace them."""
        if not opened.reachable:
            return
        before, taken = opened.session, opened.turn
        session = Session(
            task=taken.classification,
            model_id=model_id,
            tokens=tokens + (before.tokens if before is not None and adds else 0),
            at=self.clock.now(),
            turns=1 if before is None else before.turns + 1,
            lift=lift,
            failures=taken.failures,
            decision=decision,
        )
        try:
            self.book.keep(key, session)
        except StoreUnavailable as failure:
            self.warn(f"A session was not kept: {failure.message}")

    def judged(self, key: str, decision: str, *, good: bool) -> None:
        """The answer to a decision of the session was judged, whichever model gave it."""
        try:
            self.book.judged(key, decision, good=good)
        except StoreUnavailable as failure:
            self.warn(f"A session does not know of a judgement: {failure.message}")

    def _find(self, key: str) -> tuple[Session | None, bool]:
        try:
            return self.book.find(key), True
        except StoreUnavailable as failure:
            self.warn(f"A session was not found: {failure.message}")
            return None, False


def _earlier(asked: Sequence[str], classify: Callable[[str], Classified]) -> tuple[Classification | None, Course]:
    """The last task among what was asked, and how it has gone since; None when nothing there is one."""
    since: list[Manner] = []
    classified = 0
    for text in reversed(asked):
        said = heard(text)
        if not said.manner.follows or (said.of_its_own and classified < MOST_CLASSIFIED):
            classified += 1
            found = classify(text).classification
            if not goes_on(said, found):
                return found, _course(since)
        since.append(said.manner)
    return None, Course()


def _course(since: Sequence[Manner]) -> Course:
    """How a task has gone after messages of these manners, the last one first."""
    course = Course()
    for said in reversed(since):
        course = course.after(said)
    return course
