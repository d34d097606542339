"""A whole answer has 25 seconds: who is expected to take longer is not asked for one while there are others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.types import Message

from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import SPARE_S
from llm_router.ranking.estimates import ASSUMED_LEEWAY
from tests.support.clock import FakeClock
from tests.support.generating import Client, client_at
from tests.support.providers import FakeProvider

LONG = (
    "Design a distributed rate limiter for 10M requests a second across 5 regions, and discuss the trade-offs of "
    "consistency"
)
WHOLE_MS = (25 - SPARE_S) * 1000
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/v1/chat/completions",
    "query_string": b"",
    "headers": [(b"host", b"localhost")],
    "asgi": {"spec_version": "2.4"},
}
NAMED = "openai/gpt-4.1"
WHY = "longer than a whole answer has; ask for a stream"


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def client(clock: FakeClock) -> Iterator[Client]:
    with client_at(clock) as found:
        yield found


@dataclass
class Taking(FakeProvider):
    """Answers after these seconds, where it is given as many."""

    clock: FakeClock = field(default_factory=FakeClock)
    seconds: float = 0.0

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        self.clock.pass_seconds(min(self.seconds, timeout_s))
        if timeout_s < self.seconds:
            self.asked.append((model, request))
            raise ProviderFailed(Failure.TIMEOUT)
        return await super().complete(model, request, timeout_s)


def late(found: dict) -> set[str]:
    """The models that are out since they would take too long."""
    return {row["id"] for row in found["excluded"] if row["detail"].endswith(WHY)}


def best(generating: Client, **fields) -> dict:
    return generating.api.post("/route", {"prompt": LONG, "preference": 1, **fields}).json


def test_who_would_not_be_done_in_time_is_left_out_with_the_reason(generating: Client):
    named, found = best(generating), best(generating, mode="generate")
    assert named["ranking"][0]["estimated_latency_ms"] > WHOLE_MS
    assert late(named) == set()
    assert named["ranking"][0]["id"] in late(found)
    assert found["model_used"]["id"] not in late(found)
    assert all(row["estimated_latency_ms"] <= ASSUMED_LEEWAY * WHOLE_MS for row in found["ranking"])


def test_a_stream_may_take_its_time_where_its_pieces_reach_the_caller(generating: Client):
    body = {"model": "auto:best", "messages": [{"role": "user", "content": LONG}], "stream": True}
    first = best(generating)["ranking"][0]["id"]
    assert asyncio.run(streamed_by(generating, body)) == first
    generating.reset()
    assert generating.chat(**body).headers["x-model-used"] == generating.chat(**{**body, "stream": False}).json["model"]
    assert generating.chat(**body).headers["x-model-used"] != first


async def streamed_by(client: Client, body: dict) -> str:
    """The model of a stream whose pieces really reach the caller."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await client.module.door.app(SCOPE, receive, send)
    assert sent[0]["status"] == 200
    return dict(sent[0]["headers"])[b"x-model-used"].decode()


def test_where_nobody_else_is_left_they_are_asked_all_the_same(generating: Client):
    slow = best(generating)["ranking"][0]["id"]
    found = generating.holder(allowed_models=[slow]).generate(prompt=LONG).json
    assert (found["model_used"]["id"], late(found)) == (slow, set())


def test_who_takes_its_time_is_waited_for_where_nobody_would_be_done_after_it(generating: Client, clock: FakeClock):
    generating.providers.default = None
    generating.providers.by_name["openai"] = Taking(clock=clock, seconds=20.7)
    slow = generating.holder(allowed_models=["openai/gpt-4.1", "openai/gpt-5.1"])
    assert [attempt["outcome"] for attempt in slow.generate(prompt=LONG).json["attempts"]] == ["ok"]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/route"])
def test_an_sdk_is_told_not_to_ask_again_for_what_takes_too_long(generating: Client, clock: FakeClock, path: str):
    generating.providers.default = Taking(clock=clock, seconds=60)
    messages = {"model": "auto", "max_tokens": 4000, "messages": [{"role": "user", "content": LONG}]}
    body = {"prompt": LONG, "mode": "generate"} if path == "/route" else messages
    reply = generating.api.post(path, body)
    assert (reply.status, reply.headers["x-should-retry"]) == (504, "false")


def test_that_nobody_answered_who_should_have_been_done_may_be_otherwise_next_time(
    generating: Client, clock: FakeClock
):
    generating.providers.default = Taking(clock=clock, seconds=60)
    reply = generating.chat(messages=[{"role": "user", "content": "hello there"}])
    assert reply.status == 504
    assert "x-should-retry" not in reply.headers


def test_that_no_stream_began_may_be_otherwise_next_time(generating: Client, clock: FakeClock):
    class Silent(FakeProvider):
        async def stream(self, model: str, request: ChatRequest, timeout_s: float):
            clock.pass_seconds(timeout_s)
            raise ProviderFailed(Failure.TIMEOUT)
            yield

    generating.providers.default = Silent()
    reply = generating.chat(stream=True)
    assert reply.status == 504
    assert "x-should-retry" not in reply.headers


@pytest.mark.parametrize(("longest", "calls"), [({}, 5), ({"max_tokens": 50}, 3)], ids=["a long answer", "a short one"])
def test_a_named_model_whose_answer_may_take_longer_than_there_is_time_is_left_alone_two_calls_later(
    generating: Client, clock: FakeClock, longest: dict[str, int], calls: int
):
    generating.providers.default = Taking(clock=clock, seconds=60)
    assert [generating.chat(model=NAMED, **longest).status for _ in range(calls + 1)] == [504] * calls + [503]
    assert len(generating.asked) == calls
