"""What the local gateway does before and after the functions: routes, heads, how much of a body it takes, its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from llm_router.local.functions import FunctionHost
from llm_router.local.gateway import Gateway
from llm_router.local.incoming import MOST_THROWN_AWAY, UNCOUNTED, Room
from llm_router.web.access import KIB, MIB, ROUTES
from llm_router.web.errors import openai_error
from llm_router.web.event_stream import EventStream, event
from tests.support.service import Service, service

PIECE = 64 * KIB
JSON = (b"content-type", b"application/json")
HOST = (b"host", b"localhost")


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as found:
        yield found


@pytest.fixture(scope="module")
def host(running: Service) -> Iterator[FunctionHost]:
    found = FunctionHost(running.template.functions, threads=2)
    yield found
    found.close()


@pytest.fixture(params=[True, False], ids=["on the loop", "on a thread"])
def gateway(request: pytest.FixtureRequest, running: Service, host: FunctionHost) -> Gateway:
    """Either way that a request to /classify can take."""
    return Gateway(running.table, host, {}, 4, 4, runs_swift_here=request.param)


@dataclass
class Client:
    """One request, whose body comes in pieces, and what it is sent."""

    path: str
    pieces: Iterator[bytes] = field(default_factory=lambda: iter([b'{"prompt": "Hello"}']))
    headers: tuple[tuple[bytes, bytes], ...] = (HOST, JSON)
    method: str = "POST"
    version: str = "1.1"
    taken: int = 0
    sent: list[Message] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    asks_on: bool = False

    async def ask(self, gateway: Gateway) -> None:
        scope = {"type": "http", "method": self.method, "path": self.path, "query_string": b"", "server": None}
        about = {"http_version": self.version, "headers": list(self.headers), "client": ("127.0.0.1", 1)}
        await gateway({**scope, **about}, self.receive, self.send)

    async def receive(self) -> Message:
        piece = next(self.pieces, None)
        if piece is None and self.asks_on:
            await asyncio.Event().wait()
        self.asks_on = piece is None
        self.taken += len(piece or b"")
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        self.begun.set()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def error(self) -> Mapping[str, str]:
        error: Mapping[str, str] = json.loads(self.body)["error"]
        return error


def asked(gateway: Gateway, client: Client) -> Client:
    asyncio.run(client.ask(gateway))
    return client


def endless() -> Iterator[bytes]:
    while True:
        yield b" " * PIECE


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/nothing", 404), ("PUT", "/classify", 405), ("GET", "/healthz", 200), ("GET", "/models", 200)],
)
def test_a_body_that_nobody_reads_is_taken_so_far_that_its_sender_sees_the_answer(
    gateway: Gateway, method: str, path: str, status: int
):
    client = asked(gateway, Client(path, endless(), method=method))
    assert client.status == status
    assert client.taken <= MOST_THROWN_AWAY + PIECE
    short = asked(gateway, Client(path, iter([b"x" * PIECE] * 3), method=method))
    assert (short.status, short.taken) == (status, 3 * PIECE)


@pytest.mark.parametrize(
    ("path", "limit"), [("/classify", 256 * KIB), ("/route", 4 * MIB), ("/classify/batch", 4 * MIB)]
)
def test_of_a_body_that_is_too_long_the_rest_is_taken_to_a_bound_alone(gateway: Gateway, path: str, limit: int):
    client = asked(gateway, Client(path, endless()))
    assert (client.status, client.error["code"]) == (413, "payload_too_large")
    assert client.taken <= limit + MOST_THROWN_AWAY + 2 * PIECE


def test_where_half_read_bodies_fill_their_room_a_long_one_is_shed_and_a_short_one_is_not(gateway: Gateway):
    gateway.room = Room(most=MIB, taken=MIB - PIECE)
    padded = [b'{"prompt": "Hello"}', b" " * (UNCOUNTED + PIECE)]
    client = asked(gateway, Client("/route", iter([*padded, b" "])))
    assert (client.status, client.error["code"]) == (503, "overloaded")
    assert {(b"retry-after", b"1"), (b"connection", b"close")} <= set(client.sent[0]["headers"])
    assert asked(gateway, Client("/route")).status == 200
    assert gateway.room.taken == MIB - PIECE
    gateway.room.taken = 0
    assert asked(gateway, Client("/route", iter(padded))).status == 200
    assert gateway.room.taken == 0


def test_who_may_not_come_in_is_told_that_and_not_how_long_a_body_may_be(gateway: Gateway):
    client = asked(gateway, Client("/update", endless()))
    assert client.status == 401


def test_every_route_that_takes_a_body_has_its_limit(running: Service):
    posts = {(route.method, route.path) for route in running.template.routes if route.method == "POST"}
    assert posts == {(rule.method, rule.path) for rule in ROUTES if rule.reads_body}


@pytest.mark.parametrize(
    ("headers", "version", "status"),
    [
        ((JSON,), "1.1", 400),
        ((JSON, HOST, HOST), "1.1", 400),
        ((JSON, HOST, (b"host", b"other.example")), "1.0", 400),
        ((JSON,), "1.0", 200),
        ((JSON, HOST), "1.1", 200),
    ],
    ids=["none", "the same twice", "two of HTTP/1.0", "none of HTTP/1.0", "one"],
)
def test_a_request_names_its_host_once(gateway: Gateway, headers, version: str, status: int):
    client = asked(gateway, Client("/classify", headers=headers, version=version))
    assert client.status == status
    assert status == 200 or client.error["code"] == "malformed_request"


@pytest.mark.parametrize(
    ("repeated", "status"),
    [
        ((JSON, JSON), 415),
        ((JSON, (b"content-type", b"text/plain")), 415),
        ((JSON, (b"content-encoding", b"identity"), (b"content-encoding", b"gzip")), 415),
        ((JSON, (b"accept", b"text/html"), (b"accept", b"*/*"), (b"cookie", b"a=1"), (b"cookie", b"b=2")), 200),
    ],
)
def test_repeated_headers_are_the_same_request_either_way(gateway: Gateway, repeated, status: int):
    assert asked(gateway, Client("/classify", headers=(HOST, *repeated))).status == status


@dataclass
class StandIn:
    """A host whose functions never answer, and whose door answers with `response`, if there is one."""

    response: Response | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def invoke(self, _name: str, _event: object) -> object:
        self.reached.set()
        return await asyncio.Event().wait()

    @property
    def routes(self) -> StandIn:
        return self

    def door(self, _name: str) -> StandIn:
        return self

    def served(self, _method: str, _path: str) -> Callable[[Request], object]:
        async def serve(_request: Request) -> Response:
            self.reached.set()
            if self.response is None:
                await asyncio.Event().wait()
                raise AssertionError("nobody waits that long")
            return self.response

        return serve


async def cancelled(running: Service, stand_in: StandIn, client: Client, until: asyncio.Event) -> Gateway:
    """The gateway after the server has given the request up."""
    gateway = Gateway(running.table, stand_in, {}, 4, 4)  # type: ignore[arg-type]  # all that it is asked for
    task = asyncio.create_task(client.ask(gateway))
    async with asyncio.timeout(20):
        await until.wait()
        task.cancel()
        await task
    return gateway


@pytest.mark.parametrize("path", ["/classify/batch", "/route", "/v1/chat/completions"])
def test_who_waits_when_the_server_ends_is_asked_to_come_again(running: Service, path: str):
    client, stand_in = Client(path), StandIn()
    gateway = asyncio.run(cancelled(running, stand_in, client, stand_in.reached))
    assert client.status == 503
    assert client.error["code"] == "overloaded"
    assert (b"retry-after", b"1") in client.sent[0]["headers"]
    assert client.sent[0]["headers"][-1][0] == b"content-length"
    assert (gateway.in_flight, gateway.waiting) == (0, 0)


def test_a_stream_that_has_begun_when_the_server_ends_is_ended_with_an_error_event(running: Service):
    async def pieces() -> AsyncIterator[bytes]:
        yield b'data: {"said": 1}\n\n'
        client.begun.clear()
        yield b'data: {"said": 2}\n\n'
        await asyncio.Event().wait()

    client = Client("/v1/chat/completions")
    told = EventStream(pieces(), headers={}, cut_off=lambda error: event(openai_error(error)))
    stand_in = StandIn(told)
    asyncio.run(cancelled(running, stand_in, client, client.begun))
    events = [line.removeprefix("data: ") for line in client.body.decode().split("\n\n") if line]
    assert events[0] == '{"said": 1}'
    assert json.loads(events[-1])["error"]["code"] == "overloaded"
    assert client.sent[-1].get("more_body", False) is False
    assert sum(not message.get("more_body", False) for message in client.sent[1:]) == 1
