"""HTTP as the local service reads it from a connection, told by what an app behind it is asked and what comes back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send

from llm_router.local.protocol import LONGEST, MAX_HEAD, SLOWEST
from tests.support.connection import Connection, connected, request
from tests.support.serving import serving

KEPT_S = 1
SLOW_S = 2.5
OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAA")
"""What curl --http2 and Java's HttpClient send with their first request."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells what it was asked, whole or as two pieces of a stream. `/slow` takes its time, `/early` reads no body."""
    if scope["path"] == "/slow":
        await asyncio.sleep(SLOW_S)
    body, more = b"", scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    told = json.dumps({"asked": f"{scope['method']} {scope['path']}", "headers": headers, "body": body.decode()})
    length = [] if scope["path"] == "/stream" else [(b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": told[:9].encode(), "more_body": True})
    await send({"type": "http.response.body", "body": told[9:].encode(), "more_body": False})


@pytest.fixture(scope="module")
def patient() -> Iterator[int]:
    with serving(app, 75) as port:
        yield port


@pytest.fixture
def connection(patient: int) -> Iterator[Connection]:
    with connected(patient) as opened:
        yield opened


@pytest.fixture(scope="module")
def impatient() -> Iterator[int]:
    with serving(app, KEPT_S) as port:
        yield port


@pytest.fixture
def hurried(impatient: int) -> Iterator[Connection]:
    with connected(impatient) as opened:
        yield opened


OFFERED = request("POST /one", *OFFER, body=b"the body")
CHUNKED = request("POST /one", *OFFER, "Transfer-Encoding: chunked") + b"3\r\nthe\r\n5\r\n body\r\n0\r\n\r\n"


@pytest.mark.parametrize("asked", [OFFERED, CHUNKED], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("gap", [None, 20, -15, -8, -3], ids=lambda place: f"cut at {place}")
def test_a_request_that_offers_http_2_keeps_its_body_and_its_connection(
    connection: Connection, caplog: pytest.LogCaptureFixture, asked: bytes, gap: int | None
):
    for _ in range(2):
        connection.send(asked[:gap])
        if gap is not None:
            time.sleep(0.05)  # so that it comes in two pieces
            connection.send(asked[gap:])
        told = connection.answer().json
        assert (told["asked"], told["body"]) == ("POST /one", "the body")
    connection.send(request("GET /two"))
    assert connection.answer().json["asked"] == "GET /two"
    assert not caplog.records


def test_requests_that_come_at_once_are_answered_in_their_order_whatever_they_offer(connection: Connection):
    plain = request("POST /two", body=b"another")
    connection.send(request("GET /slow") + OFFERED + plain + OFFERED * 2 + request("GET /end", "Upgrade: websocket"))
    said = [connection.answer().json for _ in range(6)]
    assert [each["asked"] for each in said] == ["GET /slow", "POST /one", "POST /two", *["POST /one"] * 2, "GET /end"]
    assert [each["body"] for each in said] == ["", "the body", "another", "the body", "the body", ""]


def test_many_offers_at_once_are_all_declined(connection: Connection):
    connection.send(request("GET /", *OFFER) * 2_000)
    assert {connection.answer().json["asked"] for _ in range(2_000)} == {"GET /"}


def test_a_websocket_is_not_opened_and_a_connection_to_be_closed_is(connection: Connection):
    connection.send(request("GET /one", "Connection: upgrade, close", "Upgrade: websocket"))
    reply = connection.answer()
    assert (reply.status, reply.json["asked"]) == (200, "GET /one")
    assert connection.ended


def test_a_declined_request_reaches_the_app_with_its_head_but_for_the_offer(connection: Connection):
    connection.send(request("POST /one?x=%20y", *OFFER, "X-Own: a:b", body=b"the body"))
    headers = connection.answer().json["headers"]
    assert headers["x-own"] == "a:b"
    assert headers["content-length"] == "8"
    assert "upgrade" not in headers


@pytest.mark.parametrize(
    "said",
    [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET\r\n\r\n", request("CONNECT a:80"), request("GET /", "X-A : b")],
    ids=["TLS", "half a line", "a tunnel", "a space before a colon"],
)
def test_what_is_no_request_is_told_so_in_the_envelope_of_every_error(
    connection: Connection, caplog: pytest.LogCaptureFixture, said: bytes
):
    connection.send(said)
    reply = connection.answer()
    assert (reply.status, reply.error, reply.headers["connection"]) == (400, "malformed_request", "close")
    assert connection.ended
    assert not caplog.records


def test_what_is_no_request_spoils_no_answer_that_is_due_before(connection: Connection):
    connection.send(request("GET /slow") + b"GET\r\n\r\n")
    assert connection.ended


CHUNKS = request("POST /", "Transfer-Encoding: chunked")
ENDLESS = {
    "line": (b"GET /", b"a"),
    "header": (request("GET /")[:-2] + b"X-A: ", b"a"),
    "headers": (request("GET /")[:-2], b"x: y\r\n"),
    "trailer": (CHUNKS + b"1\r\na\r\n0\r\nX-A: ", b"a"),
    "extension of a chunk": (CHUNKS + b"1;", b"a"),
    "pause": (b"", b"\r\n"),
}


@pytest.mark.parametrize(("begun", "on"), ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("step", [5_000, 1_000_000], ids=["bit by bit", "at once"])
def test_a_head_without_end_is_refused(connection: Connection, begun: bytes, on: bytes, step: int):
    whole = begun + on * (3 * MAX_HEAD // len(on))
    for start in range(0, len(whole), step):
        connection.send(whole[start : start + step])
    reply = connection.answer()
    assert (reply.status, reply.error) == (431, "head_too_long")
    assert connection.ended


def test_a_head_that_is_too_long_is_refused_also_when_it_comes_whole(connection: Connection):
    connection.send(request("GET /v1/models", "X-A: " + "a" * 3 * MAX_HEAD))
    reply = connection.answer()
    assert (reply.status, reply.json["error"]["type"]) == (431, "invalid_request_error")


def test_a_head_within_the_limit_and_a_body_of_any_length_are_read(connection: Connection):
    body = b"b" * (3 * MAX_HEAD)
    connection.send(request("POST /", "X-A: " + "a" * (MAX_HEAD - 1_000), body=body) * 2)
    for _ in range(2):
        assert connection.answer().json["body"] == body.decode()


def test_fields_after_a_body_are_no_headers(connection: Connection):
    connection.send(request("POST /", "Transfer-Encoding: chunked"))
    connection.send(b"1\r\na\r\n0\r\nAuthorization: Bearer x\r\n\r\n")
    told = connection.answer().json
    assert told["body"] == "a"
    assert "authorization" not in told["headers"]


def test_a_stream_reaches_http_1_0_without_chunks_and_ends_with_the_connection(connection: Connection):
    connection.send(b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    reply = connection.answer()
    assert "transfer-encoding" not in reply.headers
    assert reply.json["asked"] == "GET /stream"
    assert connection.ended


def test_a_whole_answer_reaches_http_1_0_with_its_length(connection: Connection):
    connection.send(b"GET /one HTTP/1.0\r\n\r\n")
    reply = connection.answer()
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert reply.json["asked"] == "GET /one"


def test_a_stream_reaches_http_1_1_in_chunks(connection: Connection):
    connection.send(request("GET /stream"))
    reply = connection.answer()
    assert reply.headers["transfer-encoding"] == "chunked"
    assert reply.json["asked"] == "GET /stream"


NOTHING = {"nothing": b"", "line breaks": b"\r\n\r\n"}
HALVES = {
    "half a head": b"GET / HTTP/1.1\r\nHost: loc",
    "half a body": request("POST /", body=b"the body")[:-4],
    "half an offer": OFFERED[:-4],
}


BEFORE = pytest.mark.parametrize("before", [0, 2], ids=["on a new connection", "on a used one"])


def used(connection: Connection, times: int) -> None:
    for _ in range(times):
        connection.send(request("GET /"))
        assert connection.answer().status == 200


@pytest.mark.parametrize("said", NOTHING.values(), ids=NOTHING)
@BEFORE
def test_a_connection_on_which_no_request_begins_is_closed_in_silence(hurried: Connection, said: bytes, before: int):
    used(hurried, before)
    hurried.send(said)
    assert hurried.ended


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
@BEFORE
def test_a_request_that_does_not_become_whole_is_told_so(
    hurried: Connection, caplog: pytest.LogCaptureFixture, half: bytes, before: int
):
    used(hurried, before)
    hurried.send(half)
    reply = hurried.answer()
    assert (reply.status, reply.error, reply.headers["connection"]) == (408, "request_timeout", "close")
    assert hurried.ended
    assert not caplog.records


def test_half_a_request_under_v1_is_told_so_in_openai_s_form(hurried: Connection):
    hurried.send(request("POST /v1/chat/completions", body=b"the body")[:-4])
    reply = hurried.answer()
    assert (reply.status, reply.json["error"]["type"]) == (408, "invalid_request_error")


def test_a_request_that_was_answered_before_it_was_whole_gets_no_second_answer(hurried: Connection):
    hurried.send(request("POST /early", body=b"the body")[:-4])
    assert hurried.answer().json["asked"] == "POST /early"
    assert hurried.ended


def test_a_body_that_hardly_comes_on_is_not_waited_for(hurried: Connection):
    def trickle() -> None:
        for _ in range(100):
            hurried.send(b"a")
            time.sleep(0.1)

    hurried.send(request("POST /", body=b"a" * 1_000)[:-1_000])
    with pytest.raises(ConnectionError):
        trickle()


def test_a_body_that_comes_on_is_read_to_its_end_also_when_it_takes_longer(hurried: Connection):
    body = b"a" * (6 * SLOWEST)
    hurried.send(request("POST /", body=body)[: -len(body)])
    for start in range(0, len(body), SLOWEST):
        hurried.send(body[start : start + SLOWEST])
        time.sleep(KEPT_S / 2)
    assert hurried.answer().json["body"] == body.decode()


def test_a_connection_that_was_opened_ahead_has_all_the_time_for_its_first_request(hurried: Connection):
    asked = request("POST /", body=b"the body")
    time.sleep(KEPT_S * 0.6)
    hurried.send(asked[:-4])
    time.sleep(KEPT_S * 0.6)
    hurried.send(asked[-4:])
    assert hurried.answer().json["body"] == "the body"


def test_no_request_is_waited_for_without_end():
    assert LONGEST / SLOWEST <= 20 * 60


def test_the_time_of_a_request_does_not_run_while_an_earlier_answer_is_due(hurried: Connection):
    second = request("POST /two", body=b"the body")
    hurried.send(request("GET /slow"), second[:-4])
    assert hurried.answer().json["asked"] == "GET /slow"
    hurried.send(second[-4:])
    assert hurried.answer().json["body"] == "the body"


def test_a_whole_request_has_all_the_time_that_its_answer_takes(hurried: Connection):
    hurried.send(request("GET /slow"))
    assert hurried.answer().status == 200
