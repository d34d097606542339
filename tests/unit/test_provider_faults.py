"""Whatever a provider does on the wire is one declared failure, in time, and says nothing of what was sent."""

from __future__ import annotations

import logging
import ssl
import traceback
from pathlib import Path

import pytest
from botocore.credentials import Credentials

from llm_router.adapters.providers.anthropic_messages import AnthropicMessages
from llm_router.adapters.providers.bedrock import Bedrock
from llm_router.adapters.providers.gemini import Gemini
from llm_router.adapters.providers.http_provider import HttpProtocol
from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.adapters.providers.wire import Wire
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.chat import ask, failure, run, streamed
from tests.support.loopback import refusing_url
from tests.support.provider_faults import CANARY, Answer, Fault, Limited, Raw
from tests.support.provider_server import ProviderServer, provider_server
from tests.support.tls import self_signed

KEY = "sk-canary-0123456789"
PROMPT = "the canary prompt"


def openai(url: str) -> HttpProtocol:
    return OpenAiChat(f"{url}/v1/chat/completions", {"authorization": f"Bearer {KEY}"})


def anthropic(url: str) -> HttpProtocol:
    return AnthropicMessages(url, KEY)


def gemini(url: str) -> HttpProtocol:
    return Gemini(url, KEY)


def bedrock(url: str) -> HttpProtocol:
    return Bedrock("us-east-1", url, credentials=Credentials("AKIATEST", KEY))


PROTOCOLS = [openai, anthropic, gemini, bedrock]
PATIENCE_S = 0.3

BOTH: dict[Fault, Failure] = {
    Fault.HANG: Failure.TIMEOUT,
    Fault.DRIP: Failure.TIMEOUT,
    Fault.DRIP_HEAD: Failure.TIMEOUT,
    Fault.HANG_MIDWAY: Failure.TIMEOUT,
    Fault.RESET: Failure.UNREACHABLE,
    Fault.RESET_MIDWAY: Failure.GARBAGE,
    Fault.CLOSED: Failure.GARBAGE,
    Fault.CUT_SHORT: Failure.GARBAGE,
    Fault.BAD_CHUNK: Failure.GARBAGE,
    Fault.GARBAGE_EVENT: Failure.GARBAGE,
    Fault.HTML: Failure.GARBAGE,
    Fault.EMPTY: Failure.GARBAGE,
    Fault.TRUNCATED_JSON: Failure.GARBAGE,
    Fault.WRONG_JSON: Failure.GARBAGE,
    Fault.HUGE: Failure.GARBAGE,
    Fault.NO_HTTP: Failure.GARBAGE,
    Fault.REDIRECT: Failure.GARBAGE,
    Fault.RATE_LIMITED: Failure.RATE_LIMITED,
    Fault.BAD_REQUEST: Failure.BAD_REQUEST,
    Fault.TOO_LARGE: Failure.BAD_REQUEST,
    Fault.UNAUTHORIZED: Failure.REFUSED,
    Fault.FORBIDDEN: Failure.REFUSED,
    Fault.NOT_FOUND: Failure.UNKNOWN_MODEL,
    Fault.SERVER_ERROR: Failure.SERVER_ERROR,
    Fault.OVERLOADED: Failure.SERVER_ERROR,
    Fault.ERROR_EVENT: Failure.SERVER_ERROR,
}
SLOW = {Failure.TIMEOUT}


def patience(expected: Failure) -> float:
    return PATIENCE_S if expected in SLOW else 10.0


def complete(protocol: HttpProtocol, timeout_s: float) -> ProviderFailed:
    return run(protocol, lambda provider: failure(provider.complete("m", ask(PROMPT), timeout_s)))


def stream(protocol: HttpProtocol, timeout_s: float) -> ProviderFailed:
    return run(protocol, lambda provider: failure(streamed(provider, "m", ask(PROMPT), timeout_s)))


@pytest.mark.parametrize("attempt", [complete, stream])
@pytest.mark.parametrize(("fault", "expected"), BOTH.items())
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_fault_is_its_failure(protocol, fault, expected, attempt, server: ProviderServer):
    server.always(fault)
    assert attempt(protocol(server.url), patience(expected)).failure is expected
    assert len(server.requests) <= 1, "nothing is tried twice"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_stream_without_its_end_mark_fails(protocol, server: ProviderServer):
    server.always(Fault.NO_END_MARK)
    assert stream(protocol(server.url), 10).failure is Failure.GARBAGE


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("url", [refusing_url, lambda: "http://no-such-host.invalid"], ids=["refused", "no such host"])
def test_nobody_there_is_unreachable(protocol, url):
    assert complete(protocol(url()), 10).failure is Failure.UNREACHABLE


def test_a_certificate_that_nobody_vouches_for_is_unreachable(tmp_path: Path):
    both = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    with provider_server(context) as server:
        assert complete(openai(server.url), 10).failure is Failure.UNREACHABLE
        assert server.requests == []
        trusting = Wire(ssl.create_default_context(cafile=str(both)))
        assert run(openai(server.url), lambda each: each.complete("m", ask(), 10), trusting).text


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (Limited("7"), 7.0),
        (Limited("0.5"), 0.5),
        (Limited("999999999"), 86_400.0),
        (Limited("soon"), None),
        (Limited("-3"), None),
        (Limited("nan"), None),
        (Limited("inf"), None),
        (Raw(503, b"", {"retry-after": "4"}), 4.0),
        (Raw(429, b"", {"retry-after-ms": "1500", "retry-after": "2"}), 1.5),
        (
            Raw(429, b"", {"date": "Wed, 25 Nov 2026 10:00:00 GMT", "retry-after": "Wed, 25 Nov 2026 10:00:30 GMT"}),
            30.0,
        ),
        (Raw(429, b"", {"date": "Wed, 25 Nov 2026 10:00:00 GMT", "retry-after": "Wed, 25 Nov 2026 09:00:00 GMT"}), 0.0),
        (Fault.RATE_LIMITED, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_answer(answer: Answer, wait, server: ProviderServer):
    server.always(answer)
    assert complete(openai(server.url), 5).retry_after_s == wait


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_whose_body_does_not_come_to_an_end_is_what_its_head_says(protocol, server: ProviderServer):
    server.always(Raw(429, b"{}", {"retry-after": "7", "content-length": "20"}))
    failed = complete(protocol(server.url), 5)
    assert (failed.failure, failed.status, failed.retry_after_s) == (Failure.RATE_LIMITED, 429, 7.0)


@pytest.mark.parametrize("attempt", [complete, stream])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.HTML, Fault.WRONG_JSON, Fault.ERROR_EVENT, Fault.RESET])
def test_a_failure_holds_neither_key_nor_prompt_nor_the_provider_s_words(
    protocol, fault, attempt, server: ProviderServer, caplog: pytest.LogCaptureFixture
):
    server.always(fault)
    with caplog.at_level(logging.DEBUG):
        failed = attempt(protocol(server.url), 5)
    told = "".join(traceback.format_exception(failed)) + repr(failed) + str(vars(failed)) + caplog.text
    for secret in (KEY, PROMPT, CANARY):
        assert secret not in told
    assert KEY not in repr(protocol(server.url))
