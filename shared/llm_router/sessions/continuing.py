"""The state of sessions around a choice: read before it, written after it, and done without when the store is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llm_router.classification import Classified
from llm_router.conversation import Conversation
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.manner import manner
from llm_router.sessions.turn import Turn, turn
from llm_router.taxonomy import Classification


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known before the choice: the session as it was, how the message is to be taken, and whether the
    session can be written: a store that has just failed to answer is not asked again."""

    session: Session | None
    turn: Turn
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
    ) -> Opened:
        """How to take the conversation's last message, which was classified as `found`.

        A follow-up inherits from the session or, without one, from what the user asked before in the same
        conversation; that is classified with `classify`.
        """
        session, reachable = self._find(key) if key else (None, False)
        said = manner(conversation.request)
        before = session.task if session is not None else None
        if before is None and said.follows:
            earlier = [text for text in conversation.asked[:-1] if not manner(text).follows]
            before = classify(earlier[-1]).classification if earlier else None
        return Opened(session, turn(found, said, before, session), reachable)

    def close(self, key: str, opened: Opened, *, model_id: str, tokens: int, lift: int, alone: bool) -> None:
        """Remember the turn: its task before it was lifted, its model, and `tokens` of prompt and expected answer.

        A prompt that stood `alone` adds its tokens to the session's; a whole conversation replaces them.
        """
        if not opened.reachable:
            return
        before, taken = opened.session, opened.turn
        session = Session(
            task=taken.classification,
            model_id=model_id,
            tokens=tokens + (before.tokens if before is not None and alone else 0),
            at=self.clock.now(),
            turns=1 if before is None else before.turns + 1,
            lift=lift,
            failures=taken.failures,
        )
        try:
            self.book.keep(key, session)
        except StoreUnavailable as failure:
            self.warn(f"A session was not kept: {failure.message}")

    def failed(self, key: str) -> None:
        """An answer of the session was judged to be no good."""
        try:
            self.book.failed(key)
        except StoreUnavailable as failure:
            self.warn(f"A session does not know of its failure: {failure.message}")

    def _find(self, key: str) -> tuple[Session | None, bool]:
        try:
            return self.book.find(key), True
        except StoreUnavailable as failure:
            self.warn(f"A session was not found: {failure.message}")
            return None, False
