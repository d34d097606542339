"""A judgement is counted for its decision, and the decision's session hears of the first one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.auth import Caller
from llm_router.decay import DecayedCounters
from llm_router.decisions import DecisionLog
from llm_router.errors import NotFound, StoreUnavailable
from llm_router.feedback import VOICE_WEIGHT, FeedbackBook, Subject, Uncounted
from llm_router.judging import POOR, Judge
from llm_router.ports import RecordStore
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.continuing import Sessions
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock
from tests.support.faltering import Faltering
from tests.support.tasks import classification

MINE = Caller(admin=False, key_id="mine")
KEPT_S, COUNTING_S = 600, 60
"""How long a decision is kept, and a judgement that has not been counted stands in the way of another, in seconds."""


@dataclass
class World:
    """A judge before decisions in a session, one of which a demo answered, and decisions outside any."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(1.8e9))
    told: list[tuple[str, str, bool]] = field(default_factory=list)
    sessions: Sessions | None = None

    def __post_init__(self) -> None:
        records = MemoryRecordStore(self.clock)
        log, world = DecisionLog(records), self
        others = [(f"other {number}", "") for number in range(int(VOICE_WEIGHT))]
        for name, session in (("within", "session"), ("demo", "session"), ("alone", ""), *others):
            demo = name == "demo"
            subject = Subject("a/b", Category.CODING, Difficulty.HARD, MINE.tenant, session, demo)
            log.keep(name, "{}", subject, expires_at=self.clock.now() + KEPT_S)

        class Told(Sessions):
            def judged(self, key: str, decision: str, *, good: bool) -> None:
                world.told.append((key, decision, good))

        def sessions() -> Sessions:
            return world.sessions or Told.__new__(Told)

        self.counters = DecayedCounters(records, self.clock, "judgements", 3600.0)
        self.store = Faltering(records)
        book = FeedbackBook(cast(RecordStore, self.store), self.clock, self.counters, KEPT_S)
        self.judge = Judge(log, book, sessions).judge


def test_the_session_hears_of_a_poor_judgement_once():
    world = World()
    judged = world.judge("within", 0.0, MINE)
    assert (judged.subject.model_id, judged.given) == ("a/b", (1.0, None))
    assert world.judge("within", 0.0, MINE).given == (0.0, Uncounted.JUDGED_BEFORE)
    assert world.told == [("session", "within", False)]


@pytest.mark.parametrize("score", [POOR, 1.0])
def test_the_session_hears_of_an_answer_that_was_good_enough(score: float):
    world = World()
    assert world.judge("within", score, MINE).given.weight == 1.0
    assert world.told == [("session", "within", True)]


def test_a_session_counts_the_answer_of_a_model_that_was_fallen_back_on():
    world = World()
    records = SessionBook(MemoryRecordStore(world.clock), world.clock, KEPT_S)
    task = classification(Category.CODING, Difficulty.HARD)
    records.keep("session", Session(task, "recommended/model", 100, 0.0, decision="within"))
    world.sessions = Sessions(records, world.clock, pytest.fail)
    assert world.judge("within", 0.0, MINE).subject.model_id == "a/b"
    found = records.find("session")
    assert found is not None
    assert (found.failures, found.blamed) == (1, True)


def test_no_session_hears_of_an_answer_in_none():
    world = World()
    assert world.judge("alone", 0.0, MINE).given.weight == 1.0
    assert world.told == []


def test_a_session_hears_of_a_poor_answer_whose_judge_has_no_voice_left():
    world = World()
    for number in range(int(VOICE_WEIGHT)):
        world.judge(f"other {number}", 1.0, MINE)
    assert world.judge("within", 0.0, MINE).given == (0.0, Uncounted.VOICE_USED_UP)
    assert world.told == [("session", "within", False)]


def test_a_demos_answer_says_nothing_of_the_model_or_the_session():
    world = World()
    for _ in range(2):
        judged = world.judge("demo", 0.0, MINE)
        assert (judged.subject.model_id, judged.given) == ("a/b", (0.0, Uncounted.DEMO_ANSWER))
    assert world.told == []
    assert world.counters.read() == {}
    assert world.judge("within", 0.0, MINE).given.weight == 1.0


@pytest.mark.parametrize(("decision", "caller"), [("none", MINE), ("within", Caller(admin=False, key_id="theirs"))])
def test_what_is_not_there_or_anothers_cannot_be_judged(decision: str, caller: Caller):
    world = World()
    with pytest.raises(NotFound):
        world.judge(decision, 0.0, caller)
    assert world.told == []


ALL = {"put", "get", "delete", "replace", "add"}


@pytest.mark.parametrize("lost", ["put", "replace"], ids=["as it began", "as it used its caller's voice"])
def test_a_judgement_during_which_the_store_failed_counts_when_it_is_sent_again(lost: str):
    world = World()
    world.store.lost = {lost}
    with pytest.raises(StoreUnavailable):
        world.judge("within", 0.0, MINE)
    assert world.judge("within", 0.0, MINE).given.weight == 1.0
    assert world.judge("within", 0.0, MINE).given == (0.0, Uncounted.JUDGED_BEFORE)
    assert world.told == [("session", "within", False)]


def test_a_judgement_that_an_outage_cut_off_counts_after_a_minute_and_is_not_called_a_second_one_before():
    world = World()

    def silent(_model: str) -> str:
        world.store.silent = ALL
        return ""

    book = FeedbackBook(cast(RecordStore, world.store), world.clock, world.counters, KEPT_S, silent)
    with pytest.raises(StoreUnavailable):
        book.give("within", Subject("a/b", Category.CODING, Difficulty.HARD, MINE.tenant), 1.0)
    world.store.silent = set()
    with pytest.raises(StoreUnavailable) as refused:
        world.judge("within", 1.0, MINE)
    assert refused.value.retry_after_s == 5
    assert world.counters.read() == {}
    world.clock.pass_seconds(COUNTING_S + 1)
    assert world.judge("within", 1.0, MINE).given.weight == 1.0
    world.clock.pass_seconds(KEPT_S - COUNTING_S - 10)
    assert world.judge("within", 1.0, MINE).given == (0.0, Uncounted.JUDGED_BEFORE)


def test_two_judgements_of_a_decision_at_once_count_once():
    world = World()

    def meanwhile(_model: str) -> str:
        with pytest.raises(StoreUnavailable):
            world.judge("within", 1.0, MINE)
        return ""

    book = FeedbackBook(cast(RecordStore, world.store), world.clock, world.counters, KEPT_S, meanwhile)
    assert book.give("within", Subject("a/b", Category.CODING, Difficulty.HARD, MINE.tenant), 1.0).weight == 1.0
    assert world.judge("within", 1.0, MINE).given == (0.0, Uncounted.JUDGED_BEFORE)
