"""Load is shed at once and told of, instead of queueing for ever; what is swift is counted like everything else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping

import pytest
from starlette.types import Message

from llm_router.local.functions import FunctionHost
from llm_router.local.gateway import Gateway
from tests.support.service import Service, service

MOST = 4


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with service(DEMO_PROVIDER="true") as running:
        host = FunctionHost(running.template.functions, threads=2)
        yield Gateway(Service().table, host, {}, MOST, MOST)
        host.close()


async def post(
    gateway: Gateway, path: str, prompt: str = "How do I sort a list?", **fields: str | None
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Message] = []
    body = json.dumps({"prompt": prompt, **fields}).encode()

    unread = iter([body])

    async def receive() -> Message:
        if (piece := next(unread, None)) is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "http_version": "1.1"}
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    await gateway({**scope, "headers": headers, "client": ("127.0.0.1", 1), "server": None}, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [("/classify", {}), ("/classify/batch", {}), ("/route", {"mode": "generate"})],
    ids=["swift", "on a thread", "waiting"],
)
def test_what_is_too_much_is_refused_with_the_time_to_try_again(gateway: Gateway, path: str, fields: dict[str, str]):
    async def burst() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        return await asyncio.gather(*(post(gateway, path, **fields) for _ in range(MOST + 3)))

    answers = asyncio.run(burst())
    shed = [answer for answer in answers if answer[0] == 503]
    assert len(shed) == 3
    assert all(headers[b"retry-after"] == b"1" for _, headers, _ in shed)
    assert all(json.loads(body)["error"]["code"] == "overloaded" for _, _, body in shed)
    assert (gateway.in_flight, gateway.waiting) == (0, 0)


@pytest.mark.parametrize("on_the_loop", [True, False])
def test_generations_that_wait_shut_out_no_recommendation(gateway: Gateway, on_the_loop: bool):
    gateway.runs_swift_here = on_the_loop
    gateway.waiting = MOST

    async def each() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        return [await post(gateway, "/route", mode=mode) for mode in ("recommend", None, "generate")]

    answers = asyncio.run(each())
    assert [status for status, _, _ in answers] == [200, 200, 503]
    assert json.loads(answers[-1][2])["error"]["code"] == "overloaded"
    assert (gateway.in_flight, gateway.waiting) == (0, MOST)


@pytest.mark.parametrize(("on_the_loop", "fit"), [(True, 2 * MOST), (False, MOST)])
def test_recommendations_are_shed_once_nothing_at_all_is_left(gateway: Gateway, on_the_loop: bool, fit: int):
    gateway.runs_swift_here = on_the_loop

    async def burst() -> list[int]:
        return [status for status, _, _ in await asyncio.gather(*(post(gateway, "/route") for _ in range(3 * MOST)))]

    statuses = asyncio.run(burst())
    assert (statuses.count(200), statuses.count(503)) == (fit, 3 * MOST - fit)


def test_what_was_shed_is_answered_once_there_is_room_again(gateway: Gateway):
    async def burst_and_again() -> int:
        await asyncio.gather(*(post(gateway, "/classify") for _ in range(MOST + 1)))
        return (await post(gateway, "/classify"))[0]

    assert asyncio.run(burst_and_again()) == 200


@pytest.mark.parametrize(("prompt", "on_a_thread"), [("How do I sort a list?", False), ("word " * 6_400, True)])
def test_a_long_prompt_keeps_no_short_one_waiting_on_the_loop(gateway: Gateway, monkeypatch, prompt: str, on_a_thread):
    invoked: list[str] = []
    invoke = gateway.host.invoke

    async def noted(name: str, event: Mapping[str, object]) -> object:
        invoked.append(name)
        return await invoke(name, event)

    monkeypatch.setattr(gateway.host, "invoke", noted)
    assert asyncio.run(post(gateway, "/classify", prompt))[0] == 200
    assert bool(invoked) is on_a_thread
