"""A request that is longer than a model's window is known as such, whoever says so, and told with OpenAI's code."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers.http_provider import HttpProvider
from llm_router.errors import ErrorCode, InvalidRequest, UpstreamError
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.chat import ask, failure, run, streamed
from tests.support.provider_answers import Protocol
from tests.support.provider_faults import Raw
from tests.support.provider_server import ProviderServer
from tests.support.provider_streams import aws_event
from tests.support.speaking import SPEAKERS, model_of
from tests.support.walking import A1, A2, A3, B1, World, tried

OPENAI_S = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
CLAUDE_S = "prompt is too long: 210000 tokens > 200000 maximum"


def error(**told: object) -> bytes:
    return json.dumps({"error": told}).encode()


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        (Protocol.OPENAI, error(code="context_length_exceeded", message="Too long.")),
        (Protocol.OPENAI, error(code=400, message=OPENAI_S)),
        (Protocol.OPENAI, error(message="the request exceeds the available context size, try increasing it")),
        (Protocol.OPENAI, error(message="This model's maximum prompt length is 131072 but the request contains more")),
        (Protocol.OPENAI, json.dumps({"error": OPENAI_S}).encode()),
        (
            Protocol.OPENAI,
            json.dumps({"message": "too large for model with 32768 maximum context length", "code": 3051}).encode(),
        ),
        (Protocol.ANTHROPIC, error(type="invalid_request_error", message=CLAUDE_S)),
        (
            Protocol.ANTHROPIC,
            error(type="invalid_request_error", message="input length and `max_tokens` exceed context limit: 1 + 2"),
        ),
        (
            Protocol.GEMINI,
            error(
                code=400,
                status="INVALID_ARGUMENT",
                message="The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
            ),
        ),
        (Protocol.BEDROCK, json.dumps({"message": "Input is too long for requested model."}).encode()),
        (Protocol.BEDROCK, json.dumps({"message": f"The model returned the following errors: {CLAUDE_S}"}).encode()),
        (
            Protocol.BEDROCK,
            b'{"message":"Input Tokens Exceeded: Number of input tokens exceeds maximum length."}',
        ),
    ],
)
def test_every_protocol_s_word_for_it_is_known(protocol: Protocol, body: bytes, streams: bool, server: ProviderServer):
    server.then(Raw(400, body))

    async def attempt(provider: HttpProvider) -> ProviderFailed:
        model = model_of(protocol)
        return await failure(streamed(provider, model, ask()) if streams else provider.complete(model, ask(), 5))

    failed = run(SPEAKERS[protocol](server.url), attempt)
    assert (failed.failure, failed.status, failed.why) == (Failure.TOO_LONG, 400, None)


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, error(message="A tool's name exceeds maximum length."), Failure.BAD_REQUEST),
        (400, error(message=["prompt is too long"]), Failure.BAD_REQUEST),
        (400, b'{"message":17}', Failure.BAD_REQUEST),
        (400, b"prompt is too long", Failure.BAD_REQUEST),
        (500, error(message=CLAUDE_S), Failure.SERVER_ERROR),
        (429, error(message=OPENAI_S), Failure.RATE_LIMITED),
    ],
)
def test_other_errors_are_what_they_were(
    protocol: Protocol, status: int, body: bytes, expected: Failure, server: ProviderServer
):
    server.then(Raw(status, body))
    attempt = lambda provider: failure(provider.complete(model_of(protocol), ask(), 5))  # noqa: E731
    assert run(SPEAKERS[protocol](server.url), attempt).failure is expected


def test_openrouter_says_so_under_a_status_of_200_and_bedrock_within_a_stream(server: ProviderServer):
    server.then(Raw(200, error(code=400, message=OPENAI_S), {"content-type": "application/json"}))
    whole = lambda provider: failure(provider.complete("m", ask(), 5))  # noqa: E731
    assert run(SPEAKERS[Protocol.OPENAI](server.url), whole).failure is Failure.TOO_LONG
    event = aws_event("validationException", {"message": "Input is too long for requested model."})
    server.then(Raw(200, event, {"content-type": "application/vnd.amazon.eventstream"}))
    stream = lambda provider: failure(streamed(provider, model_of(Protocol.BEDROCK), ask()))  # noqa: E731
    assert run(SPEAKERS[Protocol.BEDROCK](server.url), stream).failure is Failure.TOO_LONG


def test_a_model_with_a_larger_window_may_take_it_and_nobody_rests_for_it():
    world = World(dict.fromkeys((A1.id, B1.id), Failure.TOO_LONG))
    for _ in range(4):
        assert tried(world.walk(A1, B1, A2)) == [(A1.id, "too_long"), (B1.id, "too_long"), (A2.id, "ok")]
    assert world.cooling.wait_s(A1) == world.cooling.wait_s(B1) == 0


@pytest.mark.parametrize("others", [Failure.TOO_LONG, Failure.BAD_REQUEST])
def test_where_nobody_takes_it_the_code_is_openai_s(others: Failure):
    world = World({A1.id: ProviderFailed(Failure.TOO_LONG, status=400), A2.id: others, A3.id: others})
    refused = world.error(A1, A2, A3)
    assert isinstance(refused, InvalidRequest)
    assert refused.code is ErrorCode.CONTEXT_LENGTH_EXCEEDED
    assert f"{A1.id}: too_long 400" in refused.message


def test_where_somebody_has_failed_otherwise_it_may_not_be_for_that():
    world = World({A1.id: Failure.TOO_LONG, A2.id: Failure.SERVER_ERROR})
    assert isinstance(world.error(A1, A2), UpstreamError)
