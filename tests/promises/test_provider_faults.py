"""F15 to F20: whatever providers do, over real connections, the next one answers or the caller hears why not."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llm_router.generating import Generating
from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import Patience
from llm_router.local.functions import load_module
from llm_router.stores import Lazy
from tests.support.aws import fake_aws
from tests.support.clock import FakeClock
from tests.support.loopback import refusing_url
from tests.support.provider_faults import CANARY, Answer, Fault, Limited
from tests.support.provider_server import ProviderServer, provider_server
from tests.support.providers import FakeProvider, FakeProviders
from tests.support.service import Reply, Service, service
from tests.support.tls import self_signed

PROMPT = "Write a Python function to sort a list"
MESSAGES = [{"role": "user", "content": PROMPT}]
KEY = "sk-canary-0123456789"
KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY, "GEMINI_API_KEY": KEY}
ADDRESS = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "google": "GEMINI_BASE_URL"}
LONGEST_COOLING_S = 301.0


class World:
    """The functions with three providers at one server, and a clock that is moved by hand."""

    def __init__(self, api: Service, server: ProviderServer, clock: FakeClock) -> None:
        self.api = api
        self.server = server
        self.clock = clock
        self.first_provider: str = self.generate().json["ranking"][0]["provider"]
        """Of a service that has not yet learnt who fails."""

    @property
    def parts(self) -> Generating:
        return load_module(self.api.template.functions["RouteFunction"]).service.generating

    def generate(self, **fields: object) -> Reply:
        return self.api.post("/route", {"prompt": PROMPT, "mode": "generate", **fields})

    def pinned(self, model: str) -> Reply:
        return self.api.post("/v1/chat/completions", {"model": model, "messages": MESSAGES})

    def stream(self, **fields: object) -> list[str]:
        body = {"model": "auto", "messages": MESSAGES, "stream": True, **fields}
        reply = self.api.post("/v1/chat/completions", body)
        assert reply.status == 200
        return [line.removeprefix("data: ") for line in reply.body.decode().split("\n\n") if line]

    def with_patience(self, patience: Patience) -> None:
        """For the walks from now on."""
        self.parts.patience = patience
        self.parts.completer = Lazy(self.parts._make_completer)
        module = load_module(self.api.template.functions["RouteFunction"])
        vars(module)["completions"] = Lazy(vars(module)["_completions"])


def addresses(url: str) -> dict[str, str]:
    return dict.fromkeys(ADDRESS.values(), url)


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    clock = FakeClock(1_795_500_000.0)
    with pytest.MonkeyPatch.context() as patch, provider_server() as server:
        patch.setattr("llm_router.bootstrap.SystemClock", lambda: clock)
        with service(**KEYS, **addresses(server.url)) as api:
            yield World(api, server, clock)


@pytest.fixture
def world(running: World) -> World:
    """Everything answers and nothing is cooling."""
    running.server.reset()
    running.clock.pass_seconds(LONGEST_COOLING_S)
    running.with_patience(Patience())
    assert running.generate().status == 200
    running.server.reset()
    return running


def outcomes(reply: Reply) -> list[str]:
    return [attempt["outcome"] for attempt in reply.json["attempts"]]


def asked(server: ProviderServer) -> list[str]:
    """Each request as its model; what a mistaken walk asks twice stands here twice."""
    return [request.model for request in server.requests]


def says_nothing_of_theirs(reply: Reply) -> None:
    assert CANARY.encode() not in reply.body
    assert KEY.encode() not in reply.body


def test_f15_a_rate_limited_model_cools_as_long_as_it_says_and_the_next_one_answers(world: World):
    world.server.then(Limited("20"))
    first = world.generate()
    assert outcomes(first) == ["rate_limited", "ok"]
    limited = first.json["attempts"][0]["id"]
    for seconds, status in ((0, 503), (19, 503), (2, 200)):
        world.clock.pass_seconds(seconds)
        reply = world.pinned(limited)
        assert reply.status == status
        assert status == 200 or 1 <= int(reply.headers["retry-after"]) <= 20
    assert asked(world.server).count(world.server.requests[0].model) == 2


@pytest.mark.parametrize("wait", ["86400", "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "-5"])
def test_f15_all_rate_limited_is_told_at_once_with_when_to_come_back(world: World, wait: str):
    world.server.always(Limited(wait))
    reply = world.generate()
    assert (reply.status, reply.error) == (503, "upstream_unavailable")
    assert 1 <= int(reply.headers["retry-after"]) <= 300
    assert len(set(asked(world.server))) == len(world.server.requests) == 3
    says_nothing_of_theirs(reply)


BROKEN = {
    Fault.SERVER_ERROR: "server_error",
    Fault.OVERLOADED: "server_error",
    Fault.RESET: "unreachable",
    Fault.RESET_MIDWAY: "unreachable",
    Fault.CLOSED: "garbage",
    Fault.CUT_SHORT: "garbage",
    Fault.HTML: "garbage",
    Fault.EMPTY: "garbage",
    Fault.TRUNCATED_JSON: "garbage",
    Fault.WRONG_JSON: "garbage",
    Fault.HUGE: "garbage",
    Fault.NO_HTTP: "garbage",
    Fault.REDIRECT: "garbage",
}


@pytest.mark.parametrize(("fault", "outcome"), BROKEN.items())
def test_f16_a_broken_answer_is_told_and_the_next_model_answers(world: World, fault: Fault, outcome: str):
    world.server.then(fault)
    reply = world.generate()
    assert outcomes(reply) == [outcome, "ok"]
    assert len(set(asked(world.server))) == len(world.server.requests) == 2
    says_nothing_of_theirs(reply)


@pytest.mark.parametrize(("fault", "outcome"), BROKEN.items())
def test_f16_there_are_three_attempts_in_all_and_nothing_is_tried_twice(world: World, fault: Fault, outcome: str):
    world.server.always(fault)
    reply = world.generate()
    assert (reply.status, reply.error) == (502, "upstream_error")
    assert reply.json["error"]["message"].count(outcome) == 3
    assert len(set(asked(world.server))) == len(world.server.requests) == 3
    says_nothing_of_theirs(reply)


@pytest.mark.parametrize(("fault", "outcome"), BROKEN.items())
def test_f16_a_stream_that_breaks_before_its_first_piece_is_the_next_models(world: World, fault: Fault, outcome: str):
    if fault in (Fault.RESET_MIDWAY, Fault.CUT_SHORT, Fault.TRUNCATED_JSON):
        fault = Fault.CLOSED
        outcome = BROKEN[fault]
    world.server.then(fault)
    first, *_, end = world.stream()
    assert [attempt["outcome"] for attempt in json.loads(first)["router"]["attempts"]] == [outcome, "ok"]
    assert end == "[DONE]"


@pytest.mark.parametrize("trouble", ["refused", "no such host", "untrusted certificate"])
def test_f16_a_provider_that_cannot_be_reached_leaves_the_others(world: World, trouble: str, tmp_path: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with provider_server(context) as untrusted:
        url = {
            "refused": refusing_url(),
            "no such host": "https://no-such-host.invalid",
            "untrusted certificate": untrusted.url,
        }[trouble]
        away = world.first_provider
        with service(**KEYS, **(addresses(world.server.url) | {ADDRESS[away]: url})) as api:
            reply = api.post("/route", {"prompt": PROMPT, "mode": "generate"})
            tried = reply.json["attempts"][0]
            assert (tried["provider"], tried["outcome"]) == (away, "unreachable")
            assert reply.json["model_used"]["provider"] != away
        assert untrusted.requests == []


REFUSED = {Fault.UNAUTHORIZED: 401, Fault.FORBIDDEN: 403, Fault.NOT_FOUND: 404}


@pytest.mark.parametrize(("fault", "status"), REFUSED.items())
def test_f17_a_refusal_is_not_tried_again_for_sixty_seconds(world: World, fault: Fault, status: int):
    world.server.then(fault)
    reply = world.generate()
    refused = reply.json["attempts"][0]
    assert refused["status"] == status
    assert reply.json["attempts"][-1]["outcome"] == "ok"
    assert asked(world.server).count(world.server.requests[0].model) == 1
    says_nothing_of_theirs(reply)
    for seconds, answer in ((59, 503), (2, 200)):
        world.clock.pass_seconds(seconds)
        assert world.pinned(refused["id"]).status == answer


def test_f17_a_key_that_is_not_valid_leaves_the_whole_provider_alone(world: World):
    world.server.then(Fault.UNAUTHORIZED)
    reply = world.generate()
    assert reply.json["model_used"]["provider"] != reply.json["attempts"][0]["provider"]


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP, Fault.DRIP_HEAD, Fault.HANG_MIDWAY])
def test_f18_a_provider_that_does_not_come_to_an_end_is_given_up_and_our_own_504_tells(world: World, fault: Fault):
    world.with_patience(Patience(attempt_s=0.3))
    world.server.then(fault)
    assert outcomes(world.generate()) == ["timeout", "ok"]
    world.server.always(fault)
    reply = world.generate()
    assert (reply.status, reply.error) == (504, "upstream_timeout")
    assert len(world.server.requests) == 5
    says_nothing_of_theirs(reply)


class Slow(FakeProvider):
    """Takes all the time that it is given, and notes how much that was."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock = clock
        self.given: list[float] = []

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        self.given.append(timeout_s)
        self.clock.pass_seconds(timeout_s)
        raise ProviderFailed(Failure.TIMEOUT)


def test_f18_an_attempt_has_ten_seconds_or_what_is_left_but_two_and_all_have_twenty_five(world: World):
    slow, real = Slow(world.clock), world.parts.providers
    world.parts.providers = Lazy(lambda: FakeProviders(slow))
    world.with_patience(Patience())
    started = world.clock.monotonic()
    try:
        assert world.generate().status == 504
    finally:
        world.parts.providers = real
    assert slow.given == [10.0, 10.0, 3.0]
    assert world.clock.monotonic() - started <= 25


@pytest.mark.parametrize(
    "fault", [Fault.RESET_MIDWAY, Fault.CUT_SHORT, Fault.NO_END_MARK, Fault.ERROR_EVENT, Fault.GARBAGE_EVENT]
)
def test_f19_a_stream_that_breaks_ends_in_an_error_event_and_in_no_other_models_words(world: World, fault: Fault):
    world.server.then(fault)
    *pieces, last = world.stream()
    error = json.loads(last)["error"]
    assert (error["type"], error["code"]) == ("server_error", "upstream_error")
    assert pieces
    assert {json.loads(piece)["model"] for piece in pieces} == {json.loads(pieces[0])["model"]}
    assert len(world.server.requests) == 1
    assert CANARY not in last


def unaffected(api: Service) -> None:
    """What asks no provider."""
    assert api.post("/route", {"prompt": PROMPT}).status == 200
    assert api.post("/classify", {"prompt": PROMPT}).status == 200


ALL_DOWN: list[Answer] = [Fault.SERVER_ERROR, Fault.UNAUTHORIZED, Fault.RESET]


@pytest.mark.parametrize("answer", ALL_DOWN)
def test_f20_all_down_names_models_and_codes_and_recommending_goes_on(world: World, answer: Answer):
    world.server.always(answer)
    reply = world.generate()
    assert reply.status == 502
    message = reply.json["error"]["message"]
    for name in asked(world.server):
        assert name in message
    says_nothing_of_theirs(reply)
    unaffected(world.api)


def test_f20_secrets_that_cannot_be_had_close_generating_alone():
    given: dict[str, Any] = {"PROVIDER_KEYS_SECRET": "no-such-secret"}
    with fake_aws(), service(**given) as api:
        reply = api.post("/route", {"prompt": PROMPT, "mode": "generate"})
        assert (reply.status, reply.error) == (503, "store_unavailable")
        assert "no-such-secret" not in reply.body.decode()
        unaffected(api)
