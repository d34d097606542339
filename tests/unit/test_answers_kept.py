"""Which answers are kept for later, and for how long one among others of the same caller may be given."""

from __future__ import annotations

import pytest

from llm_router.adapters.lru import LruCache
from llm_router.generation.chat import ChatAnswer, StopReason, ToolCall
from llm_router.generation.kept_answers import KeptAnswer, KeptAnswers
from llm_router.generation.similar_answers import Question, SimilarAnswers
from tests.support.clock import FakeClock

SECRET = b"secret"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def cache(clock: FakeClock) -> LruCache:
    return LruCache(clock, max_entries=10, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("stop", "kept"),
    [
        (StopReason.STOP, True),
        (StopReason.TOOL_CALLS, True),
        (StopReason.LENGTH, False),
        (StopReason.CONTENT_FILTER, False),
    ],
)
def test_what_was_cut_off_is_not_kept(cache: LruCache, stop: StopReason, kept: bool):
    answers = KeptAnswers(cache, SECRET)
    answer = KeptAnswer("acme/one", ChatAnswer("Once upon a", stop))
    answers.keep("one", "request", answer, 60)
    assert answers.find("one", "request") == (answer if kept else None)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (ChatAnswer("", StopReason.STOP), False),
        (ChatAnswer(" \n", StopReason.STOP, reasoning="Hm."), False),
        (ChatAnswer("", StopReason.STOP, refusal="No."), True),
        (ChatAnswer("", StopReason.TOOL_CALLS, (ToolCall("a", "f", "{}"),)), True),
    ],
)
def test_what_says_nothing_is_not_kept(cache: LruCache, answer: ChatAnswer, kept: bool):
    answers = KeptAnswers(cache, SECRET)
    answers.keep("one", "request", KeptAnswer("acme/one", answer), 60)
    assert (answers.find("one", "request") is not None) is kept


def test_a_later_question_of_the_caller_keeps_no_earlier_one_longer(cache: LruCache, clock: FakeClock):
    answers = SimilarAnswers(cache, SECRET, "m1", lambda _text: (1.0, 0.0), clock)
    first, second = Question("what a river is", "rest"), Question("what a mountain is", "rest")
    answers.keep("one", first, "of rivers", 60)
    clock.pass_seconds(30)
    answers.keep("one", second, "of mountains", 60)
    clock.pass_seconds(29)
    assert [found.answer for each in (first, second) if (found := answers.find("one", each))] == [
        "of rivers",
        "of mountains",
    ]
    clock.pass_seconds(2)
    assert answers.find("one", first) is None
    assert answers.find("one", second) is not None
