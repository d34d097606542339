"""HTTP as the local service reads it from a connection, told by what an app behind it is asked and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llm_router.local.heads import MAX_HEAD
from tests.support.connection import Connection, connected, request
from tests.support.serving import Served, serving
from tests.support.telling import CHUNKED, OFFER, OFFERED, SLOW_S, telling

KEPT_S = 60


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(telling, KEPT_S) as found:
        yield found


@pytest.fixture
def connection(served: Served) -> Iterator[Connection]:
    with connected(served.port) as opened:
        yield opened


@pytest.mark.parametrize("asked", [OFFERED, CHUNKED], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("gap", [None, 20, -15, -8, -3], ids=lambda place: f"cut at {place}")
def test_a_request_that_offers_http_2_keeps_its_body_and_its_connection(
    connection: Connection, served: Served, caplog: pytest.LogCaptureFixture, asked: bytes, gap: int | None
):
    for _ in range(2):
        served.reads(connection, asked[:gap])
        if gap is not None:
            served.reads(connection, asked[gap:])
        told = connection.answer().json
        assert (told["asked"], told["body"]) == ("POST /one", "the body")
    connection.send(request("GET /two"))
    assert connection.answer().json["asked"] == "GET /two"
    assert not caplog.records


def test_requests_that_come_at_once_are_answered_in_their_order_whatever_they_offer(
    connection: Connection, served: Served
):
    plain = request("POST /two", body=b"another")
    asked = request("GET /slow") + OFFERED + plain + OFFERED * 2 + request("GET /end", "Upgrade: websocket")
    served.reads(connection, asked)
    served.pass_seconds(SLOW_S)
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


def test_what_is_no_request_spoils_no_answer_that_is_due_before(connection: Connection, served: Served):
    connection.send(request("GET /slow") + b"GET\r\n\r\n")
    assert connection.ended
    served.pass_seconds(SLOW_S)


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


def of_length(length: int, *, in_line: bool) -> bytes:
    """A request whose line and headers are so long, by a long path or by a long header."""
    with_path = ("GET /%s", "X-A: b") if in_line else ("GET /", "X-A: %s")
    bare = request(*with_path)
    return bare.replace(b"%s", b"a" * (length - len(bare) + len(b"%s")))


@pytest.mark.parametrize("in_line", [True, False], ids=["line", "header"])
@pytest.mark.parametrize("step", [5_000, 1_000_000], ids=["bit by bit", "at once"])
def test_a_head_may_have_so_many_bytes_and_not_one_more(connection: Connection, in_line: bool, step: int):
    for length, status in ((MAX_HEAD, 200), (MAX_HEAD + 1, 431)):
        whole = of_length(length, in_line=in_line)
        assert len(whole) == length
        for start in range(0, length, step):
            connection.send(whole[start : start + step])
        assert connection.answer().status == status
    assert connection.ended


@pytest.mark.parametrize("length", [66_000, 70_000, 100_000, 200_000])
@pytest.mark.parametrize("in_line", [True, False], ids=["line", "header"])
def test_a_longer_head_is_always_told_that_it_is(connection: Connection, in_line: bool, length: int):
    connection.send(of_length(length, in_line=in_line))
    reply = connection.answer()
    assert (reply.status, reply.error) == (431, "head_too_long")
    assert connection.ended


@pytest.mark.parametrize("length", [100, MAX_HEAD])
def test_behind_another_request_a_head_is_as_long_as_alone(connection: Connection, length: int):
    connection.send(request("POST /", body=b"b" * 1_000) + of_length(length, in_line=False))
    assert [connection.answer().status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip\r\nTransfer-Encoding: chunked", "gzip", "identity"])
def test_a_body_in_any_coding_but_chunks_is_not_read(connection: Connection, coding: str):
    connection.send(request("POST /one", f"Transfer-Encoding: {coding}") + b"1\r\na\r\n0\r\n\r\n")
    reply = connection.answer()
    assert (reply.status, reply.error) == (415, "unsupported_media_type")
    assert connection.ended


def test_chunks_are_read_however_their_name_is_written(connection: Connection):
    connection.send(request("POST /one", "Transfer-Encoding:  Chunked ") + b"1\r\na\r\n0\r\n\r\n")
    assert connection.answer().json["body"] == "a"


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
