"""What the local service says, on a connection, to a body announced as too long and to methods that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llm_router.local import incoming
from llm_router.local.functions import FunctionHost
from llm_router.local.gateway import Gateway
from llm_router.web.access import MIB
from tests.support.connection import WITHIN_S, Connection, connected, request
from tests.support.service import service
from tests.support.serving import serving

LIE = ("Content-Type: application/json", "Content-Length: 99999999999")


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with service() as found:
        host = FunctionHost(found.template.functions, threads=2)
        host.warm()
        yield Gateway(found.table, host, {}, 4, 4)
        host.close()


@pytest.fixture(scope="module")
def port(gateway: Gateway) -> Iterator[int]:
    with serving(gateway, 75) as found:
        yield found.port


@pytest.fixture
def connection(port: int) -> Iterator[Connection]:
    with connected(port) as opened:
        yield opened


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that came after a body had been waited for would come too late for the connection."""
    monkeypatch.setattr(incoming, "LINGER_S", 3 * WITHIN_S)


@pytest.mark.usefixtures("for_ever")
@pytest.mark.parametrize("path", ["/classify", "/classify/batch", "/route", "/v1/chat/completions"])
@pytest.mark.parametrize("expects", [(), ("Expect: 100-continue",)], ids=["", "expecting"])
def test_a_body_announced_as_too_long_is_refused_before_it_comes(
    connection: Connection, caplog: pytest.LogCaptureFixture, path: str, expects: tuple[str, ...]
):
    connection.send(request(f"POST {path}", *LIE, *expects), b"" if expects else b"{}  ")
    reply = connection.answer()
    assert (reply.status, reply.error, reply.headers["connection"]) == (413, "payload_too_large", "close")
    assert ("type" in reply.json["error"]) == path.startswith("/v1/")
    assert not caplog.records


@pytest.mark.usefixtures("for_ever")
@pytest.mark.parametrize(
    ("line", "status"), [("POST /nothing", 404), ("POST /models", 405), ("GET /healthz", 200), ("DELETE /keys/x", 401)]
)
@pytest.mark.parametrize("expects", [(), ("Expect: 100-continue",)], ids=["", "expecting"])
def test_a_body_that_nobody_reads_is_not_waited_for_where_it_is_announced_as_too_long(
    connection: Connection, line: str, status: int, expects: tuple[str, ...]
):
    connection.send(request(line, *LIE, *expects))
    reply = connection.answer()
    assert (reply.status, reply.headers["connection"]) == (status, "close")


@pytest.mark.parametrize("line", ["POST /route", "POST /nothing", "GET /healthz"])
def test_the_connection_ends_behind_an_answer_to_a_body_announced_as_too_long(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, line: str
):
    monkeypatch.setattr(incoming, "LINGER_S", 0.1)
    connection.send(request(line, *LIE), b"{}")
    assert connection.answer().headers["connection"] == "close"
    assert connection.ended


def test_who_may_not_come_in_is_told_that_also_when_a_body_is_announced_as_too_long(connection: Connection):
    connection.send(request("POST /update", *LIE))
    reply = connection.answer()
    assert (reply.status, reply.headers["connection"]) == (401, "close")


@pytest.mark.parametrize("size", [5 * MIB, 40 * MIB])
def test_who_announces_the_truth_and_writes_it_all_sees_the_refusal(connection: Connection, size: int):
    connection.send(request("POST /route", LIE[0], body=b" " * size))
    assert connection.answer().status == 413
    assert connection.ended


def test_a_body_announced_as_too_long_is_counted_while_its_door_is_asked_and_no_longer(
    gateway: Gateway, connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    connection.send(request("POST /route", *LIE))
    assert connection.answer().status == 413
    assert (gateway.in_flight, gateway.waiting) == (0, 0)
    monkeypatch.setattr(gateway, "max_in_flight", 0)
    with connected(connection.socket.getpeername()[1]) as another:
        another.send(request("POST /route", *LIE))
        reply = another.answer()
    assert (reply.status, reply.error, reply.headers["connection"]) == (503, "overloaded", "close")


@pytest.mark.parametrize("method", ["FOO", "get", "Post", "PROPFIND", "DESCRIBE", "A-B_c"])
@pytest.mark.parametrize(
    ("target", "allowed"), [("/v1/models?x=%20", "GET, HEAD"), ("/classify", "POST"), ("/models/a%2Fb", "GET, HEAD")]
)
def test_a_method_that_nobody_knows_is_told_the_right_ones(
    connection: Connection, method: str, target: str, allowed: str
):
    connection.send(request("GET /healthz"))
    assert connection.answer().status == 200
    connection.send(request(f"{method} {target}"))
    reply = connection.answer()
    assert (reply.status, reply.error, reply.headers["allow"]) == (405, "method_not_allowed", allowed)
    assert ("type" in reply.json["error"]) == target.startswith("/v1/")
    assert method.encode() not in reply.body


@pytest.mark.parametrize(("path", "typed"), [("/nothing", False), ("/v1/nothing", True)])
def test_where_nothing_is_a_method_that_nobody_knows_is_not_found(connection: Connection, path: str, typed: bool):
    connection.send(b"\r\n" + request(f"FOO {path}"))
    reply = connection.answer()
    assert (reply.status, reply.error, "type" in reply.json["error"]) == (404, "not_found", typed)
    assert connection.ended


@pytest.mark.parametrize(
    "line", ["FOO /classify HTTP/3", "FOO classify HTTP/1.1", "FOO /a b HTTP/1.1", "F(O /classify HTTP/1.1", "FOO"]
)
def test_what_is_no_request_line_is_no_request(connection: Connection, line: str):
    connection.send(f"{line}\r\nHost: localhost\r\n\r\n".encode())
    reply = connection.answer()
    assert (reply.status, reply.error) == (400, "malformed_request")


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "PROPFIND", "POST"])
@pytest.mark.parametrize(
    "headers", [("B ad\x01: x",), ("Content-Length: 3", "Transfer-Encoding: chunked")], ids=["a name", "two lengths"]
)
def test_a_head_that_cannot_be_read_is_no_request_whatever_its_method(
    connection: Connection, method: str, headers: tuple[str, ...]
):
    connection.send(request(f"{method} /classify", *headers))
    reply = connection.answer()
    assert (reply.status, reply.error) == (400, "malformed_request")


def test_a_method_that_nobody_knows_is_no_request_where_its_line_comes_in_pieces(connection: Connection):
    connection.send(b"FOO /clas")
    reply = connection.answer()
    assert (reply.status, reply.error) == (400, "malformed_request")
