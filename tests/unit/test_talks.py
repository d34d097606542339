"""What people say in ordinary words about an answer, or beside it, and what becomes of the task before."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.classification import Classified
from llm_router.conversation import Conversation
from llm_router.conversation import Turn as Message
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.continuing import MOST_CLASSIFIED, OpenedSession, Sessions
from llm_router.sessions.manner import Heard, Manner, heard
from llm_router.sessions.turn import Course, SessionTurn, turn
from llm_router.taxonomy import Category, Classification, Difficulty
from tests.support.clock import FakeClock
from tests.support.tasks import classification

TALKS = tomllib.loads((Path(__file__).parents[1] / "support/talks.toml").read_text(encoding="utf-8"))
TASK = classification(Category.CODING, Difficulty.HARD, 0.8)
EASY = classification(Category.CODING, Difficulty.EASY, 0.2)
CHAT = classification(Category.CHAT, Difficulty.EASY, 0.1)
POEM = classification(Category.CREATIVE_WRITING, Difficulty.EASY, 0.2)
FOUND = {
    "chat": CHAT,
    "coding": EASY,
    "unsure": replace(EASY, confidence=0.49),
    "question": classification(Category.QUESTION, Difficulty.EASY, 0.2),
}
ASKED = {"Write a hash map": TASK, "Sort a list": EASY, "Write a poem": POEM}
ADDS = Heard(Manner.CONTINUES, more=True)
COMPLAINS = Heard(Manner.ESCALATES, more=True)


def became_of(taken: SessionTurn) -> str:
    if taken.inherited:
        return "escalates" if taken.escalated else "goes_on"
    return "is_new" if taken.task is None else "is_beside"


@pytest.mark.parametrize(
    ("kind", "becomes", "text"),
    [(kind, becomes, text) for kind, rows in TALKS.items() for becomes, texts in rows.items() for text in texts],
)
def test_what_is_said_after_a_task_is_told_from_what_is_said_beside_it(kind: str, becomes: str, text: str):
    taken = turn(FOUND[kind], heard(text), TASK, Course())
    assert became_of(taken) == becomes
    assert taken.task in (None, TASK)
    assert taken.classification.difficulty is (TASK if taken.inherited else FOUND[kind]).difficulty


@pytest.mark.parametrize("text", ["it's raining", "why did you use that?", "can you also handle this?", "thank you"])
def test_after_small_talk_what_only_points_is_no_follow_up(text: str):
    for found in (CHAT, FOUND["unsure"], EASY):
        assert not turn(found, heard(text), CHAT, Course()).inherited or heard(text).manner.follows


def test_of_its_own_kind_a_task_takes_what_begins_by_pointing_and_of_another_it_does_not():
    said = heard("it should also work for tuples")
    assert turn(EASY, said, TASK, Course()).inherited
    assert not turn(POEM, said, TASK, Course()).inherited
    assert not turn(EASY, heard("Write a parser for it"), TASK, Course()).inherited


def test_a_complaint_is_no_reason_to_think_the_task_harder_beside_escalating_it():
    taken = turn(TASK, COMPLAINS, EASY, Course())
    assert (taken.classification.difficulty, taken.lift, taken.made_harder) == (Difficulty.EASY, 1, None)
    taken = turn(TASK, ADDS, EASY, Course())
    assert (taken.classification.difficulty, taken.lift, taken.made_harder) == (Difficulty.HARD, 0, Difficulty.EASY)


def classify(text: str) -> Classified:
    return Classified(ASKED.get(text, CHAT), cached=False, degraded=(), ms=0.0)


def opened(sessions: Sessions, key: str | None, *asked: str) -> OpenedSession:
    said = Conversation(tuple(Message("user", text) for text in asked))
    return sessions.open(key, said, classify(asked[-1]).classification, classify)


def sessions_of(clock: FakeClock) -> Sessions:
    return Sessions(SessionBook(MemoryRecordStore(clock), clock, 600), clock, pytest.fail)


@pytest.mark.parametrize("beside", ["great, thanks!", "hello?", "I'm tired today", "谢谢"])
def test_what_is_said_beside_a_task_leaves_it_with_its_model_and_without_failures(beside: str):
    clock = FakeClock()
    sessions = sessions_of(clock)
    before = Session(TASK, "acme/strong", 2000, clock.now(), 3, lift=1, failures=1, decision="d", blamed=True)
    sessions.book.keep("k", before)
    clock.pass_seconds(10)
    found = opened(sessions, "k", beside)
    assert (found.turn.classification, found.turn.inherited, found.turn.lift) == (CHAT, False, 0)
    sessions.close("k", found, decision="e", model_id="acme/cheap", tokens=50, lift=0, adds=True)
    kept = replace(before, tokens=2050, turns=4, lift=0, failures=0, blamed=False)
    assert sessions.book.find("k") == kept
    after = opened(sessions, "k", "now add type hints").turn
    assert (after.classification, after.inherited, after.lift) == (TASK, True, 0)


def test_a_new_task_is_remembered_with_its_own_model():
    sessions = sessions_of(FakeClock())
    sessions.book.keep("k", Session(TASK, "acme/strong", 2000, 0.0, 3))
    found = opened(sessions, "k", "Write a poem")
    sessions.close("k", found, decision="e", model_id="acme/cheap", tokens=50, lift=0, adds=False)
    session = sessions.book.find("k")
    assert session is not None
    assert (session.task, session.model_id, session.tokens, session.turns) == (POEM, "acme/cheap", 50, 4)


@pytest.mark.parametrize(
    ("since", "task", "lift"),
    [
        (["great, thanks!", "now add type hints"], TASK, 0),
        (["thank you", "continue"], TASK, 0),
        (["ok thanks!", "and in Java?"], TASK, 0),
        (["hello?", "continue"], TASK, 0),
        (["I'm tired today", "continue"], TASK, 0),
        (["that is wrong", "continue"], TASK, 1),
        (["that is wrong", "thanks", "continue"], TASK, 0),
        (["that is wrong", "I'm tired today", "continue"], TASK, 0),
        (["try again", "thanks", "try again"], TASK, 0),
        (["I don't get step 2", "try again", "try again"], TASK, 1),
        (["why did you use sorted?", "continue"], TASK, 0),
        (["thanks", "Write a poem", "thanks", "continue"], POEM, 0),
        (["tell me a joke", "continue"], CHAT, 0),
    ],
)
def test_in_messages_alone_it_comes_to_the_same_as_in_a_session(since: Sequence[str], task: Classification, lift: int):
    whole = ["Write a hash map", *since]
    sessions = sessions_of(FakeClock())
    for text in whole:
        found = opened(sessions, "k", text)
        sessions.close("k", found, decision="d", model_id="acme/m", tokens=1, lift=found.turn.lift, adds=True)
    for taken in (found.turn, opened(sessions, None, *whole).turn):
        assert (taken.classification, taken.inherited, taken.lift) == (task, True, lift)


def test_what_points_to_what_nobody_said_is_a_task_itself():
    first = "this should sort a list"
    sessions = sessions_of(FakeClock())
    found = sessions.open(
        None,
        Conversation((Message("user", first), Message("user", "continue"))),
        CHAT,
        lambda text: replace(classify(text), classification=EASY if text == first else CHAT),
    )
    assert (found.turn.classification, found.turn.inherited) == (EASY, True)


def test_of_a_long_chat_only_a_few_messages_are_classified():
    looked: list[str] = []

    def counted(text: str) -> Classified:
        looked.append(text)
        return classify(text)

    said = Conversation(tuple(Message("user", f"why did you use {n}?") for n in range(100)))
    sessions_of(FakeClock()).open(None, said, CHAT, counted)
    assert len(looked) <= MOST_CLASSIFIED + 1
