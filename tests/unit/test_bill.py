"""What an answer cost: what the provider counted, and what is booked where it counted nothing."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest

from llm_router.catalogue.entry import Capability, ModelEntry
from llm_router.generation.attempt import Label
from llm_router.generation.bill import AnswerSeen, Bill
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.job import Job
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.tokens import NO_TEXT, Reading
from llm_router.taxonomy import Difficulty
from tests.support.models import model

THINKER = model("thinker", usd_in=1.0, usd_out=8.0, capabilities=frozenset({Capability.REASONING}))
PLAIN = model("plain", usd_in=1.0, usd_out=8.0)
OPEN = replace(THINKER, open_weights=True)
ASKED = replace(THINKER, id="acme/asked", thinks=False)


def job(difficulty: Difficulty | None = None, longest: int | None = None, *otherwise: ModelEntry) -> Job:
    request, ids = ChatRequest((), max_tokens=longest), frozenset(each.id for each in otherwise)
    label = Label(difficulty=difficulty)
    return Job(request, (THINKER,), Reading(100, NO_TEXT), math.inf, label, thinks_otherwise=ids)


def test_what_the_provider_counted_is_what_is_billed():
    usage = Usage(10, 20, reasoning_tokens=15)
    assert Bill.of(job(), THINKER, usage, AnswerSeen("x" * 4000)) == Bill(usage, (10 * 1 + 20 * 8) / 1e6)


@pytest.mark.parametrize(("difficulty", "counted"), [(Difficulty.HARD, Difficulty.HARD), (None, Difficulty.MEDIUM)])
def test_who_leaves_before_the_count_pays_for_thoughts_that_nobody_saw(difficulty, counted):
    thought = THINKING_TOKENS[counted]
    found = Bill.of(job(difficulty), THINKER, None, AnswerSeen("x" * 400))
    assert found.usage == Usage(100, 102 + thought, reasoning_tokens=thought)
    assert found.usd == pytest.approx((100 + (102 + thought) * 8) / 1e6)


def test_nobody_pays_for_more_thoughts_than_the_answer_may_have_tokens():
    found = Bill.of(job(Difficulty.HARD, longest=50), THINKER, None, AnswerSeen())
    assert found.usage == Usage(100, 50, reasoning_tokens=50)


def test_thoughts_that_were_written_count_as_what_was_written_and_other_models_think_nothing():
    assert Bill.of(job(), OPEN, None, AnswerSeen(thoughts="x" * 400)).usage == Usage(100, 102)
    assert Bill.of(job(), PLAIN, None, AnswerSeen("x" * 400)).usage == Usage(100, 102)
    assert Bill.of(job(), ASKED, None, AnswerSeen("x" * 400)).usage == Usage(100, 102)


def test_who_is_told_to_think_is_billed_for_it_and_who_is_told_not_to_is_not():
    thought = THINKING_TOKENS[Difficulty.MEDIUM]
    for asked, unasked, told in ((ASKED, 0, thought), (THINKER, thought, 0)):
        for of, thoughts in ((job(), unasked), (job(None, None, asked), told)):
            assert Bill.of(of, asked, None, AnswerSeen("x" * 400)).usage.reasoning_tokens == thoughts
    short = job(None, 150, ASKED)
    found = Bill.of(short, ASKED, None, AnswerSeen("x" * 400))
    assert found.usage.completion_tokens <= 150
    assert found.usd <= short.most_usd(ASKED)


def test_what_was_written_counts_as_the_models_tokenizer_cuts_its_script():
    claude = model("claude", tokenizer="claude")
    assert Bill.of(job(), claude, None, AnswerSeen("एक" * 400)).usage.completion_tokens > 800


@pytest.mark.parametrize(("words", "thought"), [(0, 3000), (2000, 1000), (4000, 0)])
def test_what_was_written_and_what_nobody_saw_are_together_no_more_than_was_asked_for(words: int, thought: int):
    asked = job(Difficulty.HARD, longest=3000)
    found = Bill.of(asked, THINKER, None, AnswerSeen("word " * words))
    assert found.usage.completion_tokens <= 3000
    assert found.usage.reasoning_tokens == pytest.approx(thought, abs=600)
    assert found.usd <= asked.most_usd(THINKER)


@pytest.mark.parametrize("count", [-1, 10**9 + 1, 10**400])
@pytest.mark.parametrize("kind", [each.name for each in fields(Usage)])
def test_a_count_that_no_request_can_have_is_none(kind: str, count: int):
    told = replace(Usage(10, 20), **{kind: count})
    ours = Bill.of(job(), PLAIN, None, AnswerSeen("x" * 400))
    assert Bill.of(job(), PLAIN, told, AnswerSeen("x" * 400)) == ours
