"""F18 to F20: providers that do not come to an end, break off, or are all away."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from llm_router.composition.generating import Generating
from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.dispatch import WHOLE_S
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.lazy import Lazy
from tests.support.aws import fake_aws
from tests.support.clock import FakeClock, move_on
from tests.support.generating import PROMPT
from tests.support.generating_world import (
    ProvidersWorld,
    asked,
    outcomes,
    says_nothing_of_theirs,
)
from tests.support.provider_faults import CANARY, Answer, Fault
from tests.support.providers import FakeProvider, FakeProviders
from tests.support.service import Service, service


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP, Fault.DRIP_HEAD, Fault.HANG_MIDWAY])
def test_f18_a_provider_that_does_not_come_to_an_end_is_given_up_and_our_own_504_tells(
    world: ProvidersWorld, fault: Fault
):
    loop = asyncio.get_event_loop()  # that on which this thread's requests are answered

    def waited_for(answer: Answer) -> None:
        """A moment after an answer without end has begun, all the time that there is has passed."""
        if answer is fault:
            loop.call_soon_threadsafe(loop.call_later, 0.1, move_on, loop, WHOLE_S)

    world.server.begins = waited_for
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


def test_f18_an_attempt_has_ten_seconds_or_what_is_left_but_two_and_all_have_twenty_five(
    world: ProvidersWorld, monkeypatch: pytest.MonkeyPatch
):
    slow, parts = Slow(world.clock), Generating(world.router)
    parts.providers = Lazy(lambda: FakeProviders(slow))
    monkeypatch.setattr(world.router, "generating", parts)
    started = world.clock.monotonic()
    assert world.generate().status == 504
    assert slow.given == [10.0, 10.0, 3.0]
    assert world.clock.monotonic() - started <= 25


@pytest.mark.parametrize(
    "fault", [Fault.RESET_MIDWAY, Fault.CUT_SHORT, Fault.NO_END_MARK, Fault.ERROR_EVENT, Fault.GARBAGE_EVENT]
)
def test_f19_a_stream_that_breaks_ends_in_an_error_event_and_in_no_other_models_words(
    world: ProvidersWorld, fault: Fault
):
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
def test_f20_all_down_names_models_and_codes_and_recommending_goes_on(world: ProvidersWorld, answer: Answer):
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
