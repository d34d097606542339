"""Between an event and an ASGI app: nothing of either is lost, and nothing an app does is an exception."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from llm_router.local.events import HttpRequest, http_event
from llm_router.web.lambda_handler import lambda_handler


def answer(app: ASGIApp, method: str = "GET", path: str = "/", body: bytes = b"", **headers: str) -> dict:
    request = HttpRequest(method, path, "a=1", list(headers.items()), body, "127.0.0.1")
    event = http_event(request, route_key="$default", path_parameters={}, request_id="r", now=1.8e9)
    return lambda_handler(app)(event, None)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    seen = [request.method, request.url.path, request.url.query, request.headers.get("x-own"), request.cookies]
    await Response(json.dumps([*seen, (await request.body()).decode()]))(scope, receive, send)


def test_a_request_arrives_whole():
    found = answer(echo, "POST", "/a/b", "grüße".encode(), cookie="k=v", **{"x-own": "yes"})
    assert json.loads(found["body"]) == ["POST", "/a/b", "a=1", "yes", {"k": "v"}, "grüße"]


def test_an_answer_in_parts_comes_out_whole():
    async def parts():
        for part in (b"one ", b"two"):
            await asyncio.sleep(0)
            yield part

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(parts(), media_type="text/plain")(scope, receive, send)

    found = answer(app)
    assert (found["statusCode"], found["body"], found["isBase64Encoded"]) == (200, "one two", False)


def test_bytes_that_are_no_text_go_as_base64_and_cookies_apart():
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = Response(b"\xff\x00", media_type="image/png")
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        await response(scope, receive, send)

    found = answer(app)
    assert (base64.b64decode(found["body"]), found["isBase64Encoded"]) == (b"\xff\x00", True)
    assert [cookie.partition(";")[0] for cookie in found["cookies"]] == ["a=1", "b=2"]
    assert found["headers"]["content-type"] == "image/png"


def test_an_app_that_raises_is_a_500_in_our_envelope():
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("secret words")

    found = answer(app)
    assert found["statusCode"] == 500
    assert json.loads(found["body"])["error"]["code"] == "internal_error"
    assert "secret" not in found["body"]


@pytest.mark.parametrize("event", [None, [], {}, {"version": "1.0"}, {"version": "2.0", "requestContext": {}}])
def test_what_is_no_request_is_a_400(event: object):
    assert lambda_handler(echo)(event, None)["statusCode"] == 400
