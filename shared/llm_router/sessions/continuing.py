"""The state of sessions around a choice: read before it, written after it, and done without when the store is down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from llm_router.classification import Classified
from llm_router.conversation import Conversation
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.manner import Heard, Manner, heard
from llm_router.sessions.turn import Course, SessionTurn, goes_on, is_beside, turn
from llm_router.taxonomy import Classification

MOST_CLASSIFIED = 6
"""So many earlier messages that may go on, or be beside a task, are classified to find the task that a follow-up goes
on with, and one more, which is then taken for that task."""


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
        if session is None and len(conversation.asked) <= 1:  # nothing to go on with, however it begins
            return OpenedSession(None, SessionTurn(found), reachable)
        said = heard(conversation.request)
        before, course = None, Course()
        if session is not None:
            before, course = session.task, Course(session.lift, session.failures, session.blamed)
        elif goes_on(said, found, None):
            before, course = _earlier(conversation.asked[:-1], classify)
        return OpenedSession(session, turn(found, said, before, course), reachable)

    def close(
        self, key: str, opened: OpenedSession, *, decision: str, model_id: str, tokens: int, lift: int, adds: bool
    ) -> None:
        """Remember the turn: its task before it was lifted, its model, and `tokens` of prompt and expected answer,
        which are added to the session's where it `adds`, else replace them. What is beside the task leaves it with the
        model that it had, and without failures."""
        if not opened.reachable:
            return
        before, taken = opened.session, opened.turn
        tokens += before.tokens if before is not None and adds else 0
        if before is not None and taken.task is not None:
            calm = replace(before, lift=0, failures=0, blamed=False)
            session = replace(calm, tokens=tokens, turns=before.turns + 1)
        else:
            session = Session(
                task=taken.classification,
                model_id=model_id,
                tokens=tokens,
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
    since: list[tuple[Heard, Classification | None]] = []
    classified = 0
    for text in reversed(asked):
        said, found = heard(text), None
        few = classified < MOST_CLASSIFIED
        certain = said.manner is Manner.COURTESY or (said.manner.follows and not said.of_its_own)
        if not certain and (few or not said.manner.follows):
            classified += 1
            found = classify(text).classification
            if not few or not (goes_on(said, found, None) or is_beside(said, found)):
                return _since(found, since)
        since.append((said, found))
    return _since(None, since)


def _since(
    task: Classification | None, since: Sequence[tuple[Heard, Classification | None]]
) -> tuple[Classification | None, Course]:
    """The task and how it has gone after these messages, the last one first. One that points to what nobody said is a
    task itself."""
    course = Course()
    for said, found in reversed(since):
        if task is None:
            task = found if said.manner is Manner.POINTS else None
        elif said.manner is Manner.COURTESY:
            course = Course()
        elif found is None:
            course = course.after(said.manner)
        else:
            taken = turn(found, said, task, course)
            task, course = taken.task or taken.classification, Course(taken.lift, taken.failures)
    return task, course
