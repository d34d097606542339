"""Streams: how long they may take and where, what they cost, and that nothing turns one into a whole answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import cast

import pytest
from starlette.requests import Request
from starlette.types import Message

from llm_router.endpoints.bounded import Bounded
from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, ChatRequest, StopReason
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.clock import FakeClock, move_on
from tests.support.generating import MESSAGES, PROMPT, Client, Holder, client_at
from tests.support.providers import FakeProvider

BODY = {"model": "auto", "messages": MESSAGES, "stream": True}
STREAM_TIMEOUT_S = 60
HTTP_API_S = 25
"""What a generation has in all behind an API that passes nothing on before its end."""

ATTEMPT_S = 10
"""What an attempt has of which nothing comes."""

UNREAD_S = 30
"""After a stream's time, what a caller that does not read still has."""


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def client(clock: FakeClock) -> Iterator[Client]:
    with client_at(clock, STREAM_TIMEOUT=str(STREAM_TIMEOUT_S)) as found:
        yield found


async def on_the_loop(seconds: float) -> None:
    """Lets so much time pass by the loop's clock, by which waits are bounded: whoever has waited too long is told."""
    move_on(asyncio.get_running_loop(), seconds)
    await asyncio.sleep(0.001)


@dataclass
class Slow(FakeProvider):
    """Lets so many seconds pass after its first piece, and notes how long each attempt is given."""

    clock: FakeClock = field(default_factory=FakeClock)
    seconds: float = 0.0
    given: list[float] = field(default_factory=list)

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        raise AssertionError("a stream was asked for")

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        self.given.append(timeout_s)
        yield ChatChunk(text="Once upon")
        self.clock.pass_seconds(self.seconds)
        yield ChatChunk(text=" a time")
        await on_the_loop(0)
        yield ChatChunk(stop=StopReason.STOP)


@dataclass
class Pinging(FakeProvider):
    """Says something at once if it `begins`, and then every nine seconds that it is alive, so many times."""

    clock: FakeClock = field(default_factory=FakeClock)
    pings: int = 0
    begins: bool = True

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        if self.begins:
            yield ChatChunk(text="Once upon")
        for _ in range(self.pings):
            self.clock.pass_seconds(9)
            await on_the_loop(0)
            yield ALIVE
        await on_the_loop(0)
        yield ChatChunk(text=" a time", stop=StopReason.STOP)


async def reached(client: Client) -> bytes:
    """What a stream brings where its pieces really reach the caller."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await client.module.door.app(SCOPE, receive, send)
    assert sent[0]["status"] == 200
    return b"".join(message["body"] for message in sent[1:])


SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/v1/chat/completions",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    "asgi": {"spec_version": "2.4"},
}


async def receive() -> Message:
    return {"type": "http.request", "body": json.dumps(BODY).encode(), "more_body": False}


@pytest.mark.parametrize(
    ("behind_api", "seconds", "whole"),
    [
        (True, HTTP_API_S - 1, True),
        (True, HTTP_API_S + 1, False),
        (False, HTTP_API_S + 1, True),
        (False, STREAM_TIMEOUT_S - 1, True),
        (False, STREAM_TIMEOUT_S + 1, False),
    ],
)
def test_a_stream_has_the_time_that_is_set_and_behind_an_http_api_no_more_than_that_has(
    generating: Client, clock: FakeClock, behind_api: bool, seconds: float, whole: bool
):
    generating.providers.default = Slow(clock=clock, seconds=seconds)
    said = generating.chat(**BODY).body if behind_api else asyncio.run(reached(generating))
    assert b"Once upon" in said
    assert (b'"finish_reason":"stop"' in said, b'"error"' in said) == (whole, not whole)


@pytest.mark.parametrize(("pings", "whole"), [(6, True), (7, False), (1_000_000, False)])
def test_a_provider_that_is_alive_has_the_stream_s_whole_time_to_go_on(
    generating: Client, clock: FakeClock, pings: int, whole: bool
):
    generating.providers.default = Pinging(clock=clock, pings=pings)
    said = asyncio.run(reached(generating))
    assert b"Once upon" in said
    assert (b'"finish_reason":"stop"' in said, b'"error"' in said) == (whole, not whole)


def test_a_provider_that_says_nothing_but_that_it_is_alive_has_no_more_time_to_begin_than_is_left(
    generating: Client, clock: FakeClock
):
    started = clock.monotonic()
    generating.providers.default = Pinging(clock=clock, pings=1_000_000, begins=False)
    assert (generating.chat(**BODY).status, clock.monotonic() - started) == (504, 27)


@dataclass
class Thinking(FakeProvider):
    """Says at once that it is alive, and the rest when one that had said nothing would have been given up."""

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        self.asked.append((model, request))
        yield ALIVE
        await on_the_loop(2 * ATTEMPT_S)
        yield ChatChunk(text="Once upon a time", stop=StopReason.STOP)


def test_a_provider_that_has_been_heard_is_not_taken_for_one_that_hangs(generating: Client):
    generating.providers.default = Thinking()
    assert b"Once upon a time" in generating.chat(**BODY).body
    assert len(generating.asked) == 1


@dataclass
class Hanging(Slow):
    """Says one thing at once and never more; `waited` is for how many seconds it was listened to."""

    says: ChatChunk = ALIVE
    waited: list[int] = field(default_factory=list)

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        self.given.append(timeout_s)
        self.waited.append(0)
        yield self.says
        while True:
            self.waited[-1] += 1
            self.clock.pass_seconds(1)
            await on_the_loop(1)


def test_one_that_says_nothing_more_has_what_is_left(generating: Client, clock: FakeClock):
    hanging = generating.providers.default = Hanging(clock=clock)
    assert generating.chat(**BODY).status == 504
    assert hanging.waited == [HTTP_API_S - 2], "after which nothing is left for another"


def test_a_stream_whose_provider_says_nothing_for_ten_seconds_is_given_up(generating: Client, clock: FakeClock):
    silent = generating.providers.default = Hanging(clock=clock, says=ChatChunk(text="Once upon"))
    *_, last = generating.events()
    assert json.loads(last)["error"]["code"] == "upstream_timeout"
    assert silent.waited == [10]
    assert silent.given == [23], "it may take as long to begin"


def test_a_model_whose_streams_outlast_their_time_is_not_left_alone(generating: Client, clock: FakeClock):
    generating.providers.default = Slow(clock=clock, seconds=HTTP_API_S + 1)
    for _ in range(4):
        assert b'"error"' in generating.chat(**{**BODY, "model": "openai/gpt-4.1"}).body
    assert len(generating.providers.default.given) == 4


def test_a_stream_that_nobody_reads_is_closed_soon_after_its_time(generating: Client):
    async def bound() -> float:
        request = Request({**SCOPE, "path_params": {}}, receive)
        answer = await generating.module.door.routes.served("POST", str(SCOPE["path"]))(request)
        return cast(Bounded, answer).seconds

    assert asyncio.run(bound()) == STREAM_TIMEOUT_S + UNREAD_S


def test_an_idempotency_key_makes_no_whole_answer_of_a_stream(generating: Client):
    for _ in range(2):
        reply = generating.api.send("POST", "/v1/chat/completions", BODY, {"idempotency-key": "a"})
        assert reply.status == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert "idempotent-replayed" not in reply.headers
    assert len(generating.asked) == 2


def test_what_was_read_before_another_model_streamed_the_answer_is_booked_with_it(generating: Client):
    holder = Holder(generating, usd_per_month=1.0)
    first = holder.send("/route", {"prompt": PROMPT}).json["ranking"][0]["provider"]

    def booked(failure: Failure) -> float:
        """USD of a stream that another provider gives, after the first one has failed like this."""
        failing = FakeProvider(fails=ProviderFailed(failure))
        generating.providers.by_name[first] = failing
        before = holder.entry["spent_this_month_usd"]
        said = holder.send("/v1/chat/completions", BODY).body
        assert b'"finish_reason":"stop"' in said
        assert failing.asked
        return float(holder.entry["spent_this_month_usd"] - before)

    assert booked(Failure.GARBAGE) > booked(Failure.UNREACHABLE) > 0
