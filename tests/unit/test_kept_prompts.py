"""A session's prompt stays in the provider's cache: who is asked for that, and what it costs."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from llm_router.adapters.providers import anthropic_answer, anthropic_request, bedrock_answer, bedrock_request
from llm_router.catalogue.caching import LEAST_KEPT_TOKENS
from llm_router.catalogue.entry import LongPrompt, ModelEntry
from llm_router.generation.attempt import Attempt
from llm_router.generation.bill import AnswerSeen, Bill
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart, Usage
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Failure
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import Candidate, rank
from llm_router.ranking.task import Constraints, HeldPrompt, Surroundings
from llm_router.ranking.tokens import NO_TEXT, UNSURE, Reading
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.route import RouteRequest
from tests.support.chat import ask, conversation
from tests.support.models import model, task

CLAUDE = model(
    "claude", provider="anthropic", usd_in=4.0, usd_out=8.0, cached_input_usd_per_mtok=0.4, tokenizer="claude"
)
MARK = {"cachePoint": {"type": "default"}}
AGAIN = ChatRequest((*ask().messages, ChatMessage(Role.ASSISTANT, (TextPart("Yes."),)), *ask().messages), kept=True)


def first(
    of: ModelEntry, input_tokens: int = 10_000, held: HeldPrompt | None = None, *, kept: bool = False
) -> Candidate:
    asked = replace(task(input_tokens=input_tokens), held=held, kept=kept)
    return rank(prepare([of]), asked, Constraints(), 0.5, Surroundings()).candidates[0]


@pytest.mark.parametrize("kept", [True, False])
def test_anthropic_is_asked_to_keep_the_prompt_of_a_session_and_no_other(kept: bool):
    sent = anthropic_request.body("claude-haiku-5-5", replace(AGAIN, kept=kept), stream=True)
    assert sent.get("cache_control") == ({"type": "ephemeral"} if kept else None)


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("anthropic.claude-opus-4-6-v1", True),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", True),
        ("amazon.nova-pro-v1:0", True),
        ("anthropic.claude-3-haiku-20240307-v1:0", False),
        ("meta.llama3-3-70b-instruct-v1:0", False),
    ],
)
def test_bedrock_is_asked_behind_the_last_two_turns_of_the_user_where_the_model_takes_marks(name: str, marked: bool):
    longer = replace(AGAIN, messages=(*AGAIN.messages, *AGAIN.messages[1:]))
    for request, wanted in ((longer, marked), (replace(longer, kept=False), False)):
        turns = json.loads(json.dumps(bedrock_request.body(name, request)))["messages"]
        assert [MARK in turn["content"] for turn in turns] == [False, False, wanted, False, wanted]
        assert not wanted or turns[-1]["content"][-1] == MARK


@pytest.mark.parametrize(("name", "marks"), [("anthropic.claude-opus-5", 2), ("amazon.nova-lite-v1:0", 1)])
def test_behind_the_results_of_tools_claude_alone_keeps_prompts(name: str, marks: int):
    sent = json.loads(json.dumps(bedrock_request.body(name, replace(conversation(), kept=True))))
    assert sum(MARK in turn["content"] for turn in sent["messages"]) == marks


def test_what_was_kept_is_counted_and_billed_as_such():
    cache = {"cache_creation_input_tokens": 4000, "cache_read_input_tokens": 900}
    told = {"input_tokens": 100, "output_tokens": 7, **cache}
    answer = anthropic_answer.answer(json.dumps({"content": [], "usage": told}).encode(), json_tool=None)
    usage = Usage(5000, 7, cached_tokens=900, kept_tokens=4000)
    assert answer.usage == usage
    counts = {"inputTokens": 100, "cacheWriteInputTokens": 4000, "cacheReadInputTokens": 900, "outputTokens": 7}
    body = {"output": {"message": {"content": [{"text": "x"}]}}, "usage": counts}
    assert bedrock_answer.answer(json.dumps(body).encode(), json_tool=None).usage == usage
    assert cost_usd(CLAUDE, usage) == pytest.approx((100 * 4 + 4000 * 5 + 900 * 0.4 + 7 * 8) / 1e6)
    nova = replace(CLAUDE, provider="bedrock", tokenizer="nova")
    assert cost_usd(nova, usage) == pytest.approx((4100 * 4 + 900 * 0.4 + 7 * 8) / 1e6)


def test_a_session_on_claude_is_priced_with_what_is_kept_of_it_and_read_again():
    alone, kept = first(CLAUDE), first(CLAUDE, kept=True)
    reads = alone.price.input_tokens
    assert kept.usd - alone.usd == pytest.approx(reads * 1.0 / 1e6)
    again = first(CLAUDE, kept=True, held=HeldPrompt(CLAUDE.id, cached_tokens=9_000))
    assert kept.usd - again.usd == pytest.approx(again.price.cached_tokens * (5.0 - 0.4) / 1e6, rel=1e-3)
    assert first(CLAUDE, kept=True, input_tokens=100).usd == first(CLAUDE, input_tokens=100).usd
    plain = replace(CLAUDE, provider="openai", tokenizer="o200k")
    assert first(plain, kept=True).usd == first(plain).usd


def test_what_is_kept_of_a_long_prompt_costs_what_long_ones_do():
    long = replace(CLAUDE, long_prompt=LongPrompt(5_000, 8.0, 16.0))
    alone, kept = first(long), first(long, kept=True)
    assert kept.usd - alone.usd == pytest.approx(alone.price.input_tokens * 2.0 / 1e6)


@pytest.mark.parametrize(
    ("provider", "tokenizer", "keeps"),
    [
        ("anthropic", "claude", True),
        ("openai", "o200k", True),
        ("bedrock", "claude", True),
        ("bedrock", "nova", True),
        ("bedrock", "glm", False),
        ("bedrock", None, False),
    ],
)
def test_nothing_is_held_by_a_provider_that_cannot_be_asked_to_keep_it(provider: str, tokenizer: str, keeps: bool):
    held = replace(CLAUDE, provider=provider, tokenizer=tokenizer)
    again = first(held, held=HeldPrompt(held.id, cached_tokens=9_000))
    assert (again.price.cached_tokens > 0) is keeps
    assert (again.usd < first(held).usd) is keeps


@pytest.mark.parametrize("tokens", [LEAST_KEPT_TOKENS, 10_000])
def test_an_answer_to_a_prompt_that_is_kept_costs_no_more_than_is_set_aside_for_it(tokens: int):
    job = Job(AGAIN, (CLAUDE,), Reading(tokens, NO_TEXT), math.inf, most_usd_wanted=0.1)
    reads = math.ceil(job.reads(CLAUDE) * UNSURE)
    answer = job.asked_of(CLAUDE).max_tokens or 0
    assert cost_usd(CLAUDE, Usage(reads, answer, kept_tokens=reads)) == pytest.approx(job.most_usd(CLAUDE))
    assert job.most_usd(CLAUDE) <= 0.1


@pytest.mark.parametrize(("tokens", "factor"), [(LEAST_KEPT_TOKENS * 2, 1.25), (100, 1.0)])
def test_what_is_booked_without_the_provider_s_count_has_in_it_what_the_provider_takes_for_keeping(
    tokens: int, factor: float
):
    asked = replace(AGAIN, max_tokens=0)
    plainly = replace(asked, kept=False)
    kept, plain = (Job(each, (CLAUDE,), Reading(tokens, NO_TEXT), math.inf) for each in (asked, plainly))
    left = [Bill.of(job, CLAUDE, None, AnswerSeen()).usd for job in (kept, plain)]
    assert left[0] == pytest.approx(left[1] * factor)
    cut_off = [Lost(job) for job in (kept, plain)]
    for lost in cut_off:
        lost.count(Attempt(CLAUDE.id, CLAUDE.provider, 0.0, Failure.TIMEOUT))
    assert [lost.usd for lost in cut_off] == pytest.approx(left)


def test_a_request_is_one_of_a_session_where_it_says_so_and_is_a_conversation():
    messages = [{"role": "user", "content": "Hi"}]
    for fields, kept in (({}, False), ({"session_id": "s"}, True)):
        said = ChatCompletionRequest.model_validate({"model": "auto", "messages": messages, **fields})
        assert said.chat(9).kept is kept
        assert RouteRequest.model_validate({"messages": messages, **fields}).chat(9).kept is kept
        assert not RouteRequest.model_validate({"prompt": "Hi", **fields}).chat(9).kept
