"""A judgement is counted for its decision, and a first one that is poor for the decision's session as well."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.auth import Caller
from llm_router.decay import DecayedCounters
from llm_router.decisions import DecisionLog
from llm_router.errors import NotFound
from llm_router.feedback import FeedbackBook, Subject
from llm_router.judging import POOR, Judge
from llm_router.sessions.continuing import Sessions
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock

MINE = Caller(admin=False, key_id="mine")


@dataclass
class World:
    """A judge before one decision in a session, and one outside any."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(1.8e9))
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        records = MemoryRecordStore(self.clock)
        log, world = DecisionLog(records), self
        for name, session in (("within", "session"), ("alone", "")):
            subject = Subject("a/b", Category.CODING, Difficulty.HARD, MINE.tenant, session)
            log.keep(name, "{}", subject, expires_at=self.clock.now() + 60)

        class Told(Sessions):
            def failed(self, key: str) -> None:
                world.failed.append(key)

        def sessions() -> Sessions:
            return Told.__new__(Told)

        counters = DecayedCounters(records, self.clock, "judgements", 3600.0)
        self.judge = Judge(log, FeedbackBook(records, self.clock, counters, 60.0), sessions).judge


def test_a_poor_judgement_counts_in_the_session_once():
    world = World()
    judged = world.judge("within", 0.0, MINE)
    assert (judged.subject.model_id, judged.weight) == ("a/b", 1.0)
    assert world.judge("within", 0.0, MINE).weight == 0.0
    assert world.failed == ["session"]


@pytest.mark.parametrize(("decision", "score"), [("within", POOR), ("within", 1.0), ("alone", 0.0)])
def test_no_session_hears_of_an_answer_that_was_good_enough_or_in_none(decision: str, score: float):
    world = World()
    assert world.judge(decision, score, MINE).weight == 1.0
    assert world.failed == []


@pytest.mark.parametrize(("decision", "caller"), [("none", MINE), ("within", Caller(admin=False, key_id="theirs"))])
def test_what_is_not_there_or_anothers_cannot_be_judged(decision: str, caller: Caller):
    world = World()
    with pytest.raises(NotFound):
        world.judge(decision, 0.0, caller)
    assert world.failed == []
