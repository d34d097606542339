"""The port of one service alone: what is another function's is not there, and the page finds all that it asks for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from starlette.types import Message

from llm_router.local.functions import FunctionHost
from llm_router.local.gateway import Gateway
from llm_router.web.access import ROUTES, RouteRule
from tests.support.service import ROOT, service

PORTS = {1: "classify", 2: "ingest", 3: "dashboard"}
PAGE = {("POST", "/classify"), ("POST", "/route"), ("GET", "/decisions/{decision_id}")}
NOTHING = b"There is nothing at this path."


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with service() as found:
        host = FunctionHost(found.template.functions, threads=2)
        yield Gateway(found.table, host, PORTS, 4, 4)
        host.close()


def asked(gateway: Gateway, port: int, method: str, path: str) -> tuple[int, bytes]:
    """The status and the body that this port answers without a key."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    about = {"http_version": "1.1", "query_string": b"", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", port)}
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"localhost")], **about}
    asyncio.run(gateway(scope, receive, send))
    return int(sent[0]["status"]), b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("rule", ROUTES, ids=lambda rule: f"{rule.method} {rule.path}")
def test_a_services_own_port_has_its_routes_and_what_its_page_asks_for(gateway: Gateway, port: int, rule: RouteRule):
    needed = port == 3 and (rule.method, rule.path) in PAGE
    there = needed or rule.function == PORTS[port] or rule.path == "/health"
    path = re.sub("{.*}", "page.js", rule.path)
    status, body = asked(gateway, port, rule.method, path)
    assert (status, NOTHING in body) == ((status, False) if there else (404, True))
    if rule.method == "GET":
        assert asked(gateway, port, "HEAD", path) == (status, b"")


@pytest.mark.parametrize(
    ("port", "path", "status"), [(1, "/classify", 405), (2, "/update", 405), (1, "/update", 404), (2, "/nothing", 404)]
)
def test_a_wrong_method_is_told_so_where_the_path_is_the_services_own(
    gateway: Gateway, port: int, path: str, status: int
):
    assert asked(gateway, port, "PUT", path)[0] == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize(("right", "path"), [*sorted(PAGE), ("GET", "/decisions"), ("POST", "/classify/batch")])
def test_a_wrong_method_is_told_so_where_the_page_asks_and_nowhere_else(
    gateway: Gateway, method: str, right: str, path: str
):
    status = asked(gateway, 3, method, path.replace("{decision_id}", "one"))[0]
    if (right, path) not in PAGE:
        assert status == 404
    else:
        assert (status == 405) == (method not in {right, "HEAD" if right == "GET" else right})


def test_all_that_the_page_asks_for_is_at_its_port():
    scripts = "".join(each.read_text("utf-8") for each in (ROOT / "functions" / "dashboard").glob("*.js"))
    paths = {re.sub(r"\$.*", "", path) for path in re.findall(r"""ask\([`"](/[^`"?]*)""", scripts)}
    assert paths == {path.partition("{")[0] for _, path in PAGE} | {"/dashboard/data"}
