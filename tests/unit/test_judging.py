"""A judgement is counted for its decision, and a first one that is poor for the decision's session as well."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.auth import Caller
from llm_router.decay import DecayedCounters
from llm_router.decisions import DecisionLog
from llm_router.errors import NotFound
from llm_router.feedback import VOICE_WEIGHT, FeedbackBook, Subject, Uncounted
from llm_router.judging import POOR, Judge
from llm_router.sessions.continuing import Sessions
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock

MINE = Caller(admin=False, key_id="mine")


@dataclass
class World:
    """A judge before decisions in a session, one of which a demo answered, and decisions outside any."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(1.8e9))
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        records = MemoryRecordStore(self.clock)
        log, world = DecisionLog(records), self
        others = [(f"other {number}", "") for number in range(int(VOICE_WEIGHT))]
        for name, session in (("within", "session"), ("demo", "session"), ("alone", ""), *others):
            demo = name == "demo"
            subject = Subject("a/b", Category.CODING, Difficulty.HARD, MINE.tenant, session, demo)
            log.keep(name, "{}", subject, expires_at=self.clock.now() + 60)

        class Told(Sessions):
            def failed(self, key: str) -> None:
                world.failed.append(key)

        def sessions() -> Sessions:
            return Told.__new__(Told)

        self.counters = DecayedCounters(records, self.clock, "judgements", 3600.0)
        self.judge = Judge(log, FeedbackBook(records, self.clock, self.counters, 60.0), sessions).judge


def test_a_poor_judgement_counts_in_the_session_once():
    world = World()
    judged = world.judge("within", 0.0, MINE)
    assert (judged.subject.model_id, judged.given) == ("a/b", (1.0, None))
    assert world.judge("within", 0.0, MINE).given == (0.0, Uncounted.JUDGED_BEFORE)
    assert world.failed == ["session"]


@pytest.mark.parametrize(("decision", "score"), [("within", POOR), ("within", 1.0), ("alone", 0.0)])
def test_no_session_hears_of_an_answer_that_was_good_enough_or_in_none(decision: str, score: float):
    world = World()
    assert world.judge(decision, score, MINE).given.weight == 1.0
    assert world.failed == []


def test_a_session_hears_of_a_poor_answer_whose_judge_has_no_voice_left():
    world = World()
    for number in range(int(VOICE_WEIGHT)):
        world.judge(f"other {number}", 1.0, MINE)
    assert world.judge("within", 0.0, MINE).given == (0.0, Uncounted.VOICE_USED_UP)
    assert world.failed == ["session"]


def test_a_demos_answer_says_nothing_of_the_model_or_the_session():
    world = World()
    for _ in range(2):
        judged = world.judge("demo", 0.0, MINE)
        assert (judged.subject.model_id, judged.given) == ("a/b", (0.0, Uncounted.DEMO_ANSWER))
    assert world.failed == []
    assert world.counters.read() == {}
    assert world.judge("within", 0.0, MINE).given.weight == 1.0


@pytest.mark.parametrize(("decision", "caller"), [("none", MINE), ("within", Caller(admin=False, key_id="theirs"))])
def test_what_is_not_there_or_anothers_cannot_be_judged(decision: str, caller: Caller):
    world = World()
    with pytest.raises(NotFound):
        world.judge(decision, 0.0, caller)
    assert world.failed == []
