"""OpenAI's protocol: what comes back, whole or streamed, is our answer or our failure."""

from __future__ import annotations

import json

import pytest

from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, StopReason, ToolCall, Usage
from llm_router.generation.provider import Failure
from tests.support.chat import ask, failure, run, streamed
from tests.support.provider_answers import Call, Said
from tests.support.provider_faults import Raw
from tests.support.provider_server import ProviderServer
from tests.support.speaking_openai import protocol, stream, whole


@pytest.mark.parametrize("read", [whole, stream])
def test_text_and_counts_come_back(read, server: ProviderServer):
    server.then(Said("Hello there, world.", cached_tokens=5, reasoning_tokens=3, reasoning="I greet them."))
    assert read(server) == ChatAnswer(
        "Hello there, world.", StopReason.STOP, usage=Usage(12, 7, 5, 3), reasoning="I greet them."
    )


@pytest.mark.parametrize("read", [whole, stream])
def test_several_calls_at_once_come_back(read, server: ProviderServer):
    server.then(Said("", (Call(), Call(arguments={"city": "Rome"}, id="call_2"))))
    answer = read(server)
    assert answer.stop is StopReason.TOOL_CALLS
    assert answer.tool_calls == (
        ToolCall("call_1", "get_weather", '{"city": "Paris"}'),
        ToolCall("call_2", "get_weather", '{"city": "Rome"}'),
    )


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize(
    ("word", "stop"),
    [
        ("length", StopReason.LENGTH),
        ("content_filter", StopReason.CONTENT_FILTER),
        ("eos", StopReason.STOP),
        ("model_length", StopReason.LENGTH),
    ],
)
def test_why_it_stopped_comes_back(read, word, stop, server: ProviderServer):
    server.then(Said(stop=word))
    assert read(server).stop is stop


def test_a_stream_comes_in_pieces_and_asks_for_its_counts(server: ProviderServer):
    chunks = run(protocol(server), lambda provider: streamed(provider, "gpt-x", ask()))
    assert [chunk.text for chunk in chunks] == ["Hello ", "there, ", "world.", ""]
    assert server.requests[0].json["stream_options"] == {"include_usage": True}


def _said(**fields: object) -> Raw:
    return Raw(200, json.dumps(fields).encode())


def test_a_refusal_comes_back(server: ProviderServer):
    message = {"role": "assistant", "content": None, "refusal": "I will not."}
    server.then(_said(choices=[{"message": message, "finish_reason": "stop"}]))
    answer = whole(server)
    assert (answer.text, answer.refusal, answer.usage) == ("", "I will not.", None)


def test_reasoning_counted_beside_the_completion_is_added(server: ProviderServer):
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 35,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    server.then(_said(choices=[{"message": {"content": "x"}, "finish_reason": "stop"}], usage=usage))
    assert whole(server).usage == Usage(10, 25, 0, 20)


def test_counts_that_are_not_told_are_none(server: ProviderServer):
    server.then(_said(choices=[{"message": {"content": "x"}}], usage={"prompt_tokens": None}))
    assert whole(server).usage is None


def test_content_in_pieces_is_put_together(server: ProviderServer):
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    server.then(_said(choices=[{"message": {"content": [thought, {"type": "text", "text": "yes"}]}}]))
    answer = whole(server)
    assert (answer.text, answer.reasoning) == ("yes", "hm")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": 429}, Failure.RATE_LIMITED),
        ({"code": "busy"}, Failure.SERVER_ERROR),
        ("broken", Failure.SERVER_ERROR),
    ],
)
def test_an_error_under_a_status_of_200_is_a_failure(error, expected, server: ProviderServer):
    server.then(_said(error=error))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", ask(), 5)))
    assert failed.failure is expected


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, "insufficient_quota", Failure.REFUSED),
        (400, "model_not_found", Failure.UNKNOWN_MODEL),
        (429, "rate_limit_exceeded", Failure.RATE_LIMITED),
        (400, None, Failure.BAD_REQUEST),
    ],
)
def test_an_error_s_code_says_more_than_its_status(status, code, expected, server: ProviderServer):
    server.then(Raw(status, json.dumps({"error": {"message": "no", "code": code}}).encode()))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", ask(), 5)))
    assert (failed.failure, failed.status) == (expected, status)


def test_connections_are_used_again(server: ProviderServer):
    async def several(provider):
        for _ in range(3):
            await provider.complete("m", ask(), 5)
            await streamed(provider, "m", ask())

    run(protocol(server), several)
    assert (len(server.requests), server.connections) == (6, 1)


def test_a_stream_that_is_left_early_is_let_go(server: ProviderServer):
    async def leave(provider):
        chunks = provider.stream("m", ask(), 5)
        alive, first = await anext(chunks), await anext(chunks)
        await chunks.aclose()
        return alive, first

    assert run(protocol(server), leave) == (ALIVE, ChatChunk("Hello "))
