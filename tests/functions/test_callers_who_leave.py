"""Callers that go away before there is an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from starlette.types import Message

from llm_router.activity import Observation
from llm_router.adapters.telemetry import Telemetry
from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest
from tests.support.callers import Caller
from tests.support.generating import MESSAGES, PROMPT, Client
from tests.support.providers import FakeProvider

CHAT, ROUTE = "/v1/chat/completions", "/route"
WHOLE = {"model": "auto", "messages": MESSAGES}
BODIES: Mapping[str, Mapping[str, object]] = {CHAT: WHOLE, ROUTE: {"prompt": PROMPT, "mode": "generate"}}


@pytest.mark.parametrize(("path", "more"), [(CHAT, {}), (CHAT, {"stream": True}), (ROUTE, {})])
def test_nothing_more_is_made_for_a_caller_who_has_left_and_what_was_read_is_booked(
    generating: Client, path: str, more: Mapping[str, bool]
):
    holder = generating.holder(usd_per_month=1.0)
    generating.providers.default = FakeProvider(hangs=True)
    caller = Caller({"x-api-key": holder.secret})
    caller.ask(generating, path, {**BODIES[path], **more})
    assert (caller.sent, len(generating.asked)) == ([], 1)
    booked = holder.entry["spent_this_month_usd"]
    generating.providers.default = FakeProvider()
    assert holder.send(CHAT, WHOLE).status == 200
    assert 0 < booked < 2 * (holder.entry["spent_this_month_usd"] - booked), "what it read, not what was set aside"


class Beginning(FakeProvider):
    """Some turns of the loop later says a word, and no more."""

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        await self._begin(model, request)
        for _ in range(3):
            await asyncio.sleep(0)
        yield ChatChunk(text="Once")
        await asyncio.Event().wait()


@dataclass
class Leaving(Caller):
    """Leaves so many turns of the loop later."""

    turns: int = 0

    async def receive(self) -> Message:
        await self.asked.wait()
        for _ in range(self.turns):
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}


@pytest.mark.parametrize("turns", range(10))
def test_a_stream_whose_caller_leaves_as_it_begins_costs_what_was_written(generating: Client, turns: int):
    holder = generating.holder(usd_per_month=1.0)
    generating.providers.default = Beginning()
    Leaving({"x-api-key": holder.secret}, turns=turns).ask(generating, CHAT, {**WHOLE, "stream": True})
    booked = holder.entry["spent_this_month_usd"]
    assert holder.send(CHAT, WHOLE).status == 200
    assert 0 < booked < 2 * (holder.entry["spent_this_month_usd"] - booked), "what it read, not what was set aside"


def test_a_stream_is_made_for_nobody_whatever_its_key(generating: Client):
    generating.providers.default = FakeProvider(hangs=True)
    caller = Caller({"idempotency-key": "left"})
    caller.ask(generating, CHAT, {**WHOLE, "stream": True})
    assert (caller.sent, len(generating.asked)) == ([], 1)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[Observation]:
    found: list[Observation] = []
    monkeypatch.setattr(Telemetry, "observe", lambda _, seen: found.append(seen))
    return found


@pytest.mark.parametrize(("path", "more"), [(CHAT, {}), (CHAT, {"stream": True}), (ROUTE, {})])
def test_the_operators_are_told_of_a_caller_who_has_left(
    generating: Client, noted: list[Observation], path: str, more: Mapping[str, bool]
):
    generating.providers.default = FakeProvider(hangs=True)
    Caller().ask(generating, path, {**BODIES[path], **more})
    (seen,) = noted
    assert (seen.route, seen.status, seen.error) == (path, 499, "caller_left")
    assert seen.ms > 0
    assert seen.recommended
    assert seen.generates, "its time is a provider's"


class Staying(Caller):
    """Waits on while the service stops, which cancels whatever takes its time over it once more."""

    async def receive(self) -> Message:
        await self.asked.wait()
        assert self.serving is not None
        self.serving.cancel()
        await asyncio.Event().wait()
        raise AssertionError("nothing comes")


def test_the_operators_are_told_of_a_service_that_stops_as_its_callers_are(
    generating: Client, noted: list[Observation]
):
    generating.providers.default = FakeProvider(hangs=True)
    with pytest.raises(asyncio.CancelledError):
        Staying().ask(generating, CHAT, WHOLE)
    (seen,) = noted
    assert (seen.status, seen.error) == (503, "overloaded")


class Unhurried(FakeProvider):
    """Answers when whoever asked has had time to go."""

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        answer = await super().complete(model, request, timeout_s)
        await asyncio.sleep(0.01)
        return answer


def test_an_answer_that_can_be_asked_for_again_by_its_key_is_made_for_a_caller_who_has_left(generating: Client):
    generating.providers.default = Unhurried()
    key = {"idempotency-key": "left"}
    Caller(key).ask(generating, CHAT, WHOLE)
    again = generating.api.send("POST", CHAT, WHOLE, key)
    assert (again.status, len(generating.asked)) == (200, 1)
    assert again.headers["idempotent-replayed"] == "true"
