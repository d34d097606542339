"""The local API Gateway: an ASGI app that turns HTTP into events, calls the function, and turns the answer back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from starlette.types import Message, Receive, Scope, Send

from llm_router.errors import MethodNotAllowed, NotFound, Overloaded, PayloadTooLarge, RouterError, UpstreamError
from llm_router.local.events import HttpAnswer, HttpRequest, http_answer, http_event
from llm_router.local.functions import FunctionHost, FunctionTimedOut
from llm_router.local.routing import RouteTable, service_path
from llm_router.web.access import MIB, ROUTES
from llm_router.web.errors import error_response

MAX_BODY = 6 * MIB
"""What Lambda takes in one synchronous invocation; the functions' own limits are lower."""

SWIFT = frozenset((rule.method, rule.path) for rule in ROUTES if rule.swift)


class Disconnected(Exception):
    """The client went away before its request was whole."""


@dataclass
class Gateway:
    """One ASGI app for every port; `services` tells which port belongs to one service alone.

    Sheds load: with `max_in_flight` requests running or waiting, the next is answered 503 with Retry-After at once.
    With `runs_swift_here`, swift requests run on the event loop itself.
    """

    table: RouteTable
    host: FunctionHost
    services: Mapping[int, str]
    max_in_flight: int
    runs_swift_here: bool = True
    in_flight: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request_id = uuid4().hex
        try:
            answer = await self._admitted(scope, receive, request_id)
        except Disconnected:
            return
        except RouterError as error:
            answer = _error_answer(error, scope["path"], request_id)
        await _respond(answer, send, head=scope["method"] == "HEAD")

    async def _admitted(self, scope: Scope, receive: Receive, request_id: str) -> HttpAnswer:
        if self.in_flight >= self.max_in_flight:
            raise Overloaded("Too many requests are in progress; try again in a moment.", retry_after_s=1)
        self.in_flight += 1
        try:
            # Whatever else has arrived by now is counted before the first swift request keeps the loop to itself.
            await asyncio.sleep(0)
            return await self._answer(scope, receive, request_id)
        finally:
            self.in_flight -= 1

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> HttpAnswer:
        request = await _request(scope, receive)
        server = scope.get("server")
        path = service_path(self.services.get(server[1], "") if server else "", request.path)
        found = self.table.match(request.method, path)
        if found is None:
            raise NotFound("There is nothing at this path.")
        event = http_event(
            HttpRequest(
                request.method, path, request.query, request.headers, request.body, request.source_ip, request.protocol
            ),
            route_key="$default" if found.route.path == "$default" else f"{found.route.method} {found.route.path}",
            path_parameters=found.parameters,
            request_id=request_id,
            now=time.time(),
        )
        try:
            swift = self.runs_swift_here and (found.route.method, found.route.path) in SWIFT
            result = await self.host.invoke(found.route.function, event, swift=swift)
        except FunctionTimedOut:
            raise Overloaded("The function did not answer in time.", code="function_timeout") from None
        answer = http_answer(result)
        if answer is None:
            raise UpstreamError("The function gave no HTTP answer.", code="bad_function_answer")
        return answer


async def _request(scope: Scope, receive: Receive) -> HttpRequest:
    if scope["method"] not in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        raise MethodNotAllowed("This method is not answered here.")
    body = bytearray()
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise PayloadTooLarge(f"The body must not be longer than {MAX_BODY} bytes.")
        if not message.get("more_body", False):
            break
    client = scope.get("client")
    return HttpRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]],
        body=bytes(body),
        source_ip=client[0] if client else "127.0.0.1",
        protocol=f"HTTP/{scope['http_version']}",
    )


def _error_answer(error: RouterError, path: str, request_id: str) -> HttpAnswer:
    response = error_response(error, path=path, request_id=request_id)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
    return HttpAnswer(
        response.status_code, [pair for pair in headers if pair[0] != "content-length"], bytes(response.body)
    )


async def _respond(answer: HttpAnswer, send: Send, *, head: bool) -> None:
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in answer.headers
    ]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
