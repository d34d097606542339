"""How long the local service waits for a request on a connection. Time passes when a test has it pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llm_router.local.protocol import LONGEST, SLOWEST
from tests.support.connection import Connection, connected, request
from tests.support.serving import Served, serving
from tests.support.telling import OFFERED, SLOW_S, telling

KEPT_S = 120
SOON_S, LATE_S = KEPT_S - 30, KEPT_S + 1


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(telling, KEPT_S) as found:
        yield found


@pytest.fixture
def connection(served: Served) -> Iterator[Connection]:
    with connected(served.port) as opened:
        yield opened


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
def test_a_connection_on_which_no_request_begins_is_closed_in_silence(
    connection: Connection, served: Served, said: bytes, before: int
):
    used(connection, before)
    served.reads(connection, said)
    served.pass_seconds(LATE_S)
    assert connection.ended


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
@BEFORE
def test_a_request_that_does_not_become_whole_is_told_so(
    connection: Connection, served: Served, caplog: pytest.LogCaptureFixture, half: bytes, before: int
):
    used(connection, before)
    served.reads(connection, half)
    served.pass_seconds(LATE_S)
    reply = connection.answer()
    assert (reply.status, reply.error, reply.headers["connection"]) == (408, "request_timeout", "close")
    assert connection.ended
    assert not caplog.records


def test_half_a_request_under_v1_is_told_so_in_openai_s_form(connection: Connection, served: Served):
    served.reads(connection, request("POST /v1/chat/completions", body=b"the body")[:-4])
    served.pass_seconds(LATE_S)
    reply = connection.answer()
    assert (reply.status, reply.json["error"]["type"]) == (408, "invalid_request_error")


def test_a_request_that_was_answered_before_it_was_whole_gets_no_second_answer(connection: Connection, served: Served):
    connection.send(request("POST /early", body=b"the body")[:-4])
    assert connection.answer().json["asked"] == "POST /early"
    served.pass_seconds(LATE_S)
    assert connection.ended


def test_a_body_that_hardly_comes_on_is_not_waited_for(connection: Connection, served: Served):
    served.reads(connection, request("POST /", body=b"a" * 1_000)[:-1_000])
    for _ in range(SOON_S):
        served.reads(connection, b"a")
        served.pass_seconds(1)
    served.pass_seconds(LATE_S - SOON_S)
    assert connection.answer().status == 408
    assert connection.ended


def test_a_body_that_comes_on_is_read_to_its_end_also_when_it_takes_longer(connection: Connection, served: Served):
    body = b"a" * (3 * KEPT_S * SLOWEST)
    connection.send(request("POST /", body=body)[: -len(body)])
    for start in range(0, len(body), 20 * SLOWEST):
        served.reads(connection, body[start : start + 20 * SLOWEST])
        served.pass_seconds(15)
    assert connection.answer().json["body"] == body.decode()


def test_who_falls_silent_is_not_waited_for_whatever_came_before(connection: Connection, served: Served):
    body = b"a" * (10 * KEPT_S * SLOWEST)
    served.reads(connection, request("POST /", body=body)[:-99])
    served.pass_seconds(LATE_S)
    assert connection.answer().status == 408
    assert connection.ended


def test_who_goes_on_more_slowly_has_the_time_that_came_before_has_earned(connection: Connection, served: Served):
    body = b"a" * (2 * KEPT_S * SLOWEST)
    rest = 3 * 99
    served.reads(connection, request("POST /", body=body)[:-rest])
    for start in range(0, rest, 99):
        served.pass_seconds(SOON_S)
        served.reads(connection, body[start : start + 99])
    assert connection.answer().json["body"] == body.decode()


def test_a_byte_now_and_then_earns_no_more_than_a_byte(connection: Connection, served: Served):
    body = b"a" * (2 * KEPT_S * SLOWEST)
    served.reads(connection, request("POST /", body=body)[:-99])
    for _ in range(4):
        served.pass_seconds(SOON_S)
        served.reads(connection, b"a")
    served.pass_seconds(1 + 3 * KEPT_S - 4 * SOON_S)
    assert connection.answer().status == 408
    assert connection.ended


def test_a_connection_that_was_opened_ahead_has_all_the_time_for_its_first_request(
    connection: Connection, served: Served
):
    asked = request("POST /", body=b"the body")
    served.pass_seconds(SOON_S)
    served.reads(connection, asked[:-4])
    served.pass_seconds(SOON_S)
    connection.send(asked[-4:])
    assert connection.answer().json["body"] == "the body"


def test_no_request_is_waited_for_without_end():
    assert LONGEST / SLOWEST <= 20 * 60


def test_the_time_of_a_request_does_not_run_while_an_earlier_answer_is_due(connection: Connection, served: Served):
    second = request("POST /two", body=b"the body")
    served.reads(connection, request("GET /slow") + second[:-4])
    served.pass_seconds(SLOW_S)
    assert connection.answer().json["asked"] == "GET /slow"
    connection.send(second[-4:])
    assert connection.answer().json["body"] == "the body"


def test_a_whole_request_has_all_the_time_that_its_answer_takes(connection: Connection, served: Served):
    served.reads(connection, request("GET /slow"))
    served.pass_seconds(SLOW_S)
    assert connection.answer().status == 200
