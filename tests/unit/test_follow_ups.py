"""Which messages go on with the task before them, what they take over from it, and what is counted against it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.classification import Classified
from llm_router.conversation import Conversation
from llm_router.conversation import Turn as Message
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.continuing import MOST_CLASSIFIED, OpenedSession, Sessions
from llm_router.sessions.manner import Heard, Manner, heard
from llm_router.sessions.turn import SURE, Course, goes_on, turn
from llm_router.taxonomy import Category, Classification, Difficulty
from tests.support.clock import FakeClock
from tests.support.tasks import classification

PROOF = classification(Category.MATH, Difficulty.HARD, 0.8)
POEM = classification(Category.CREATIVE_WRITING, Difficulty.EASY, 0.2)
TASKS = {"Prove it all": PROOF, "Write a poem": POEM, "Yes, write a poem": POEM}
OPENS = Heard(Manner.CONTINUES, more=True, of_its_own=True)
LISTINGS = Path(__file__).parents[2] / "shared/llm_router/sessions"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes, please!", Manner.CONTINUES),
        ("ja, mach weiter", Manner.CONTINUES),
        ("请继续", Manner.CONTINUES),
        ("はい、続けて", Manner.CONTINUES),
        ("네, 계속해", Manner.CONTINUES),
        ("make it shorter", Manner.CONTINUES),
        ("and in French?", Manner.CONTINUES),
        ("now in Rust", Manner.CONTINUES),
        ("same in Java", Manner.CONTINUES),
        ("Same sex marriage legal in which countries?", Manner.FRESH),
        ("same with the tests, please", Manner.CONTINUES),
        ("no, y en francés", Manner.CONTINUES),
        ("And in what year did Rome fall?", Manner.FRESH),
        ("Now in stock: iPhones. Write ad copy", Manner.FRESH),
        ("Same with extra cheese, write a limerick", Manner.FRESH),
        ("Und in welchem Jahr fiel Rom?", Manner.FRESH),
        ("once more", Manner.RETRIES),
        ("No, that's wrong. Again, please.", Manner.ESCALATES),
        ("это неправильно", Manner.ESCALATES),
        ("That is wrong, the answer should be twelve", Manner.ESCALATES),
        ("why is the sky blue?", Manner.FRESH),
        ("Write a poem", Manner.FRESH),
        ("hello", Manner.COURTESY),
        ("thanks", Manner.COURTESY),
        ("perfect, thanks!", Manner.COURTESY),
        ("Danke, passt", Manner.COURTESY),
        ("完美，谢谢", Manner.COURTESY),
        ("perfect, more please, thanks", Manner.CONTINUES),
        ("now add snapshotting", Manner.CONTINUES),
        ("What about empty lists?", Manner.CONTINUES),
        ("can you add comments", Manner.CONTINUES),
        ("add error handling", Manner.CONTINUES),
        ("you forgot the edge case", Manner.ESCALATES),
        ("hmm not what I meant", Manner.ESCALATES),
        ("wrong answer", Manner.ESCALATES),
        ("it still crashes on startup", Manner.ESCALATES),
        ("It doesn't compile.", Manner.ESCALATES),
        ("tests fail", Manner.ESCALATES),
        ("It crashes whenever I open Photos on my phone, what can I do?", Manner.POINTS),
        ("", Manner.FRESH),
        ("👍" * 10_000, Manner.FRESH),
        ("No, I want a poem about the sea and about the mountains and the sky", Manner.FRESH),
    ],
)
def test_follow_ups_are_told_from_tasks_in_many_languages(text: str, said: Manner):
    assert heard(text).manner is said


@pytest.mark.parametrize(
    "text",
    [
        "can you add 17 and 25",
        "And add 3/4 and 5/6",
        "You forgot my visa, write a letter",
        "Can you handle a customs form?",
    ],
)
def test_what_only_opens_like_a_follow_up_may_be_a_task_of_its_own(text: str):
    assert heard(text).of_its_own


@pytest.mark.parametrize(
    "text",
    [
        "Add tests for a login page in Cypress",
        "add comments to this code: x = 1",
        "What about the history of the French Revolution?",
        "It still doesn't feel like home, write a poem about it",
        "You forgot my birthday, write a sad poem",
        "you ignored me all day",
    ],
)
def test_a_task_that_begins_like_a_complaint_or_an_addition_is_one(text: str):
    assert not goes_on(heard(text), POEM, PROOF)


@pytest.mark.parametrize("listing", ["phrases.toml", "points.toml", "talk.toml"])
def test_no_phrase_is_listed_twice(listing: str):
    kinds = tomllib.loads((LISTINGS / listing).read_text(encoding="utf-8"))
    apart = {"points", "courtesy"} if listing != "phrases.toml" else set()
    listed = [
        (kind, place if kind in apart else "", phrase)
        for kind, places in kinds.items()
        for place, there in places.items()
        for phrase in there
    ]
    assert [row for row, times in Counter(listed).items() if times > 1] == []


@given(st.text(max_size=300))
def test_any_text_has_a_manner(text):
    assert heard(text).manner in Manner


@pytest.mark.parametrize(
    ("text", "of_its_own"),
    [
        ("Yes, prove the spectral theorem for compact operators", True),
        ("No, refactor the billing service into microservices", True),
        ("Ja, schreibe einen Lisp-Interpreter in Rust", True),
        ("Да, напиши стихотворение об осени", True),
        ("Show me a recipe for pancakes", True),
        ("No worries, what is the capital of Peru?", True),
        ("Yes! Now write a poem about the sea", True),
        ("yes, do that", False),
        ("no, shorter", False),
        ("no, in Python", False),
        ("no, now in Python", False),
        ("no, use a loop", False),
        ("yes, prove it", False),
        ("no, prove the other direction", False),
        ("show me the code", False),
        ("nein, mit einer Schleife", False),
        ("fix it so that tests pass", False),
        ("yes, fix it so that tests pass", False),
        ("that is wrong, write a recursive function", False),
        ("try again and prove the theorem", False),
        ("Write a poem", False),
    ],
)
def test_what_comes_after_a_yes_may_be_a_task_of_its_own_unless_it_points_back(text: str, of_its_own: bool):
    assert heard(text).of_its_own is of_its_own


def test_a_clear_task_after_a_yes_is_taken_for_what_it_is_and_an_unclear_one_goes_on():
    assert turn(POEM, OPENS, PROOF, Course(2, 1)).classification is POEM
    assert turn(PROOF, OPENS, POEM, Course()).lift == 0
    chat = classification(Category.CHAT, Difficulty.EASY, 0.1)
    for unclear in (replace(POEM, confidence=SURE - 0.01), chat):
        taken = turn(unclear, OPENS, PROOF, Course())
        assert taken.inherited
        assert taken.classification == PROOF


def test_a_follow_up_makes_its_task_harder_where_it_clearly_is_but_never_easier():
    for said, sure, level in (
        (Heard(Manner.CONTINUES, more=True), 0.95, Difficulty.HARD),
        (Heard(Manner.CONTINUES, more=True), SURE - 0.01, Difficulty.EASY),
        (Heard(Manner.CONTINUES), 0.95, Difficulty.EASY),
    ):
        taken = turn(replace(PROOF, confidence=sure), said, POEM, Course())
        found = taken.classification
        assert (found.category, found.difficulty) == (POEM.category, level)
        assert found.complexity == (PROOF if level is Difficulty.HARD else POEM).complexity
    assert turn(POEM, Heard(Manner.CONTINUES, more=True), PROOF, Course()).classification == PROOF


def opened(asked: Sequence[str], session: Session | None = None) -> tuple[OpenedSession, list[str]]:
    """What is made of these messages of a user, and which of the earlier ones were classified for it."""
    looked: list[str] = []

    def classify(text: str) -> Classified:
        looked.append(text)
        return Classified(task_of(text), cached=False, degraded=(), ms=0.0)

    clock = FakeClock()
    sessions = Sessions(SessionBook(MemoryRecordStore(clock), clock, 60), clock, pytest.fail)
    if session is not None:
        sessions.book.keep("k", session)
    said = Conversation(tuple(Message("user", text) for text in asked))
    return sessions.open("k", said, task_of(asked[-1]), classify), looked


def task_of(text: str) -> Classification:
    return TASKS.get(text, classification(Category.CHAT, Difficulty.EASY, 0.1))


@pytest.mark.parametrize(
    ("since", "lift", "escalated"),
    [
        (["that is wrong"], 1, True),
        (["that is wrong", "that is wrong"], 2, True),
        (["that is wrong", "go on", "that is wrong", "still wrong"], 3, True),
        (["that is wrong", "go on"], 1, False),
        (["try again"], 0, False),
        (["try again", "try again"], 1, True),
        (["try again", "go on", "try again", "try again"], 1, False),
    ],
)
def test_without_a_session_every_complaint_of_the_conversation_counts(since: list[str], lift: int, escalated: bool):
    found, looked = opened(["that is wrong", "Prove it all", *since])
    assert (found.turn.lift, found.turn.escalated, found.turn.classification) == (lift, escalated, PROOF)
    assert looked == ["Prove it all"]


def test_complaints_about_another_task_do_not_count():
    found, looked = opened(["Prove it all", "that is wrong", "Yes, write a poem", "that is wrong"])
    assert (found.turn.lift, found.turn.classification) == (1, POEM)
    assert looked == ["Yes, write a poem"]


def test_of_messages_that_may_be_tasks_only_a_few_are_classified():
    found, looked = opened(["Prove it all", "yes, certainly so", "go on"])
    assert (found.turn.classification, looked) == (PROOF, ["yes, certainly so", "Prove it all"])
    found, looked = opened(["Prove it all", *(["yes, certainly so"] * 100), "that is wrong"])
    assert (found.turn.classification, found.turn.lift) == (PROOF, 1)
    assert looked == [*(["yes, certainly so"] * MOST_CLASSIFIED), "Prove it all"]
    found, looked = opened([*(["yes, certainly so"] * 100), "go on"])
    assert (found.turn.inherited, len(looked)) == (False, MOST_CLASSIFIED)


def test_a_session_counts_by_itself_and_a_retry_of_a_judged_answer_once():
    for blamed, escalated in ((True, False), (False, True)):
        session = Session(PROOF, "acme/m", 100, 0.0, lift=1, failures=1, decision="d", blamed=blamed)
        found, looked = opened(["try again"], session)
        assert (found.session, looked) == (session, [])
        assert (found.turn.escalated, found.turn.failures) == (escalated, 0 if escalated else 1)
        assert found.turn.lift == 1 + escalated
