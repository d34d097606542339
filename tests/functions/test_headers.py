"""Headers of answers: what every one carries, whatever it is, and what no caller can put into one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.types import Message

from llm_router.local.functions import load_module
from llm_router.local.gateway import Gateway
from llm_router.local.routing import RouteTable
from tests.support.generating import ADMIN, MESSAGES, Client
from tests.support.service import Service, service

EVERY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
}


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    with service() as running:
        Client(running)
        yield running


ANSWERS: Mapping[str, tuple[str, str, object, int]] = {
    "a page": ("GET", "/", None, 200),
    "text": ("GET", "/metrics", None, 200),
    "JSON": ("GET", "/models", None, 200),
    "a decision": ("POST", "/route", {"prompt": "hello"}, 200),
    "an answer": ("POST", "/v1/chat/completions", {"model": "auto", "messages": MESSAGES}, 200),
    "a stream": ("POST", "/v1/chat/completions", {"model": "auto", "messages": MESSAGES, "stream": True}, 200),
    "a key is needed": ("POST", "/update", {"models": []}, 401),
    "nothing is there": ("GET", "/nothing", None, 404),
    "another method": ("PUT", "/classify", None, 405),
    "wrong fields": ("POST", "/classify", {}, 422),
}


@pytest.mark.parametrize(("method", "path", "body", "status"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_is_kept_by_nobody_and_taken_for_nothing_else(
    api: Service, method: str, path: str, body: object, status: int
):
    reply = api.send(method, path, body)
    assert reply.status == status
    assert {name: reply.headers.get(name) for name in EVERY} == EVERY
    assert reply.headers["cache-control"] == "no-store"


def test_what_is_the_same_for_all_may_be_kept_for_a_minute(api: Service):
    reply = api.get("/dashboard/assets/page.js")
    assert {name: reply.headers.get(name) for name in EVERY} == EVERY
    assert reply.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("path", ["/", "/dashboard"])
def test_no_other_site_may_show_the_page_in_a_frame(api: Service, path: str):
    headers = api.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"].split("; ")
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/update", "/refresh", "/keys", "/catalogue/rollback"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"x-api-key": "wrong"}])
def test_who_needs_a_key_is_told_how_to_show_it(api: Service, path: str, headers: Mapping[str, str]):
    reply = api.send("POST", path, {}, headers)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_who_is_let_in_is_asked_for_nothing(api: Service):
    assert "www-authenticate" not in api.send("GET", "/keys", headers=ADMIN).headers
    assert "www-authenticate" not in api.get("/nothing").headers


def test_what_a_function_refuses_before_its_door_carries_it_all(api: Service):
    answer: Any = load_module(api.template.functions["RouteFunction"]).handler({"version": "1.0"}, None)
    headers = answer["headers"]
    assert answer["statusCode"] == 400
    assert {name: headers.get(name) for name in EVERY} == EVERY
    assert (headers["cache-control"], headers["content-type"]) == ("no-store", "application/json")
    assert json.loads(answer["body"])["error"]["request_id"] == headers["x-request-id"]


def test_what_the_local_gateway_refuses_carries_it_all():
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    gateway = Gateway(RouteTable(()), None, {}, 4, 4, runs_swift_here=False)  # type: ignore[arg-type]
    about = {"http_version": "1.1", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": None}
    scope = {"type": "http", "method": "GET", "path": "/nothing", "query_string": b"", **about}
    asyncio.run(gateway(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert sent[0]["status"] == 404
    assert {name: headers.get(name) for name in EVERY} == EVERY
    assert headers["cache-control"] == "no-store"
    assert json.loads(sent[1]["body"])["error"]["request_id"] == headers["x-request-id"]


MADE_UP = "made-up-by-the-caller"


@pytest.mark.parametrize("path", ["/healthz", "/decisions/none"])
def test_behind_an_http_api_the_id_of_a_request_is_that_of_the_api(api: Service, path: str):
    reply = api.get(path, **{"x-request-id": MADE_UP})
    assert reply.headers["x-request-id"] == "test-request"
    assert MADE_UP.encode() not in reply.body


@pytest.mark.parametrize("path", ["/healthz", "/decisions/none"])
def test_elsewhere_the_id_of_a_request_is_new_and_never_the_callers(api: Service, path: str):
    said = [asyncio.run(asked(api, path)) for _ in range(2)]
    assert said[0] != said[1]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in said)


async def asked(api: Service, path: str) -> str:
    """The request id of an answer of the function itself, as the local gateway and a function URL reach it."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"x-request-id", MADE_UP.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await load_module(api.template.functions["RouteFunction"]).door.app(scope, receive, send)
    return str(dict(sent[0]["headers"])[b"x-request-id"].decode())
