"""The local API Gateway: an ASGI app that turns HTTP into events, calls the function, and turns the answer back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope, Send

from llm_router.errors import MalformedRequest, NotFound, Overloaded, RouterError, UpstreamError
from llm_router.local import direct
from llm_router.local.direct import STOPPING
from llm_router.local.events import HttpAnswer, HttpRequest, http_answer, http_event, joined
from llm_router.local.functions import FunctionHost, FunctionTimedOut
from llm_router.local.protocol import LINGER_S
from llm_router.local.routing import Match, RouteTable, service_path
from llm_router.web.access import MIB, ROUTES
from llm_router.web.door import new_request_id
from llm_router.web.errors import error_response

Headers = Sequence[tuple[bytes, bytes]]

RULES = {(rule.method, rule.path): rule for rule in ROUTES}

SWIFT_BYTES = 8 * 1024
"""A longer body is not swift, whatever its route: a long prompt takes ten times as long as a short one, and on the
event loop all others would wait for it."""

MOST_THROWN_AWAY = 8 * MIB
"""Bytes of a body that nobody reads which are taken all the same: more than any route allows twice over."""


class Disconnected(Exception):
    """The client went away before its request was whole."""


@dataclass
class Gateway:
    """One ASGI app for every port; `services` tells which port belongs to one service alone.

    Sheds load: with `max_in_flight` requests running, or `max_waiting` of those that may wait for others, the next one
    is answered 503 with Retry-After at once. With `runs_swift_here`, swift requests need no thread of their own either.
    """

    table: RouteTable
    host: FunctionHost
    services: Mapping[int, str]
    max_in_flight: int
    max_waiting: int
    runs_swift_here: bool = True
    in_flight: int = 0
    waiting: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._admitted(scope, receive, send)
        except Disconnected:
            return
        except RouterError as error:
            answer = _error_answer(error, scope["path"])
        except asyncio.CancelledError:  # by uvicorn, which has waited as long as it does before it ends
            answer = _error_answer(STOPPING, scope["path"])
        if answer is not None:
            await _respond(answer, send, head=scope["method"] == "HEAD")

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> HttpAnswer | None:
        """The answer, or None when it has been sent already."""
        try:
            scope, path, found = self._matched(scope)
        except RouterError:
            await _thrown_away(receive)
            raise
        rule = RULES.get((found.route.method, found.route.path))
        if rule is not None and rule.reads_body:
            body = await _body(receive, rule.body_limit)
        else:
            body = await _thrown_away(receive)
        waits = rule is not None and rule.waits
        swift = rule is not None and rule.swift
        running, most = (self.waiting, self.max_waiting) if waits else (self.in_flight, self.max_in_flight)
        if running >= most:
            raise Overloaded("Too many requests are in progress; try again in a moment.", retry_after_s=1)
        self._count(1, waits=waits)
        try:
            if not waits and not (self.runs_swift_here and swift and len(body) <= SWIFT_BYTES):
                return await self._invoked(_request(scope, path, body), found)
            # Whatever else has arrived by now is counted before one that only works keeps the loop to itself.
            await asyncio.sleep(0)
            await direct.serve(self.host.door(found.route.function), found, scope, body, receive, send)
        finally:
            self._count(-1, waits=waits)
        return None

    def _matched(self, scope: Scope) -> tuple[Scope, str, Match]:
        """The request with every header once, the API's path that it asks for, and the route behind that.

        Raises `MalformedRequest` or `NotFound`.
        """
        headers: Headers = scope["headers"]
        _check_host(headers, scope["http_version"])
        if len(dict(headers)) < len(headers):
            scope = {**scope, "headers": _joined_headers(headers)}
        server = scope.get("server")
        path = service_path(self.services.get(server[1], "") if server else "", scope["path"])
        found = self.table.match(scope["method"], path)
        if found is None:
            raise NotFound("There is nothing at this path.")
        return scope, path, found

    def _count(self, step: int, *, waits: bool) -> None:
        if waits:
            self.waiting += step
        else:
            self.in_flight += step

    async def _invoked(self, request: HttpRequest, found: Match) -> HttpAnswer:
        event = http_event(
            request,
            route_key="$default" if found.route.path == "$default" else f"{found.route.method} {found.route.path}",
            path_parameters=found.parameters,
            request_id=new_request_id(),
            now=time.time(),
        )
        try:
            result = await self.host.invoke(found.route.function, event)
        except FunctionTimedOut:
            raise Overloaded("The function did not answer in time.", code="function_timeout") from None
        answer = http_answer(result)
        if answer is None:
            raise UpstreamError("The function gave no HTTP answer.", code="bad_function_answer")
        return answer


def _check_host(headers: Headers, version: str) -> None:
    """Raises `MalformedRequest`.

    A host must be told once, and may be left out before HTTP/1.1 alone (RFC 9112, 3.2).
    """
    told = [name for name, _ in headers].count(b"host")
    if told > 1:
        raise MalformedRequest("A request must name its host once.")
    if not told and version >= "1.1":
        raise MalformedRequest("A request must name its host.")


def _joined_headers(headers: Headers) -> Headers:
    """Each name once, so that every door is told the same; but cookies, whose values have commas of their own."""
    cookies = [each for each in headers if each[0] == b"cookie"]
    return [*joined((each for each in headers if each[0] != b"cookie"), b",").items(), *cookies]


async def _body(receive: Receive, limit: int) -> bytes:
    """The whole body, or its beginning where it is longer than `limit`: the door, which says so, need not see more."""
    body, more = bytearray(), True
    while more and len(body) <= limit:
        message = await _next(receive)
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if more:
        await _thrown_away(receive)
    return bytes(body)


async def _thrown_away(receive: Receive) -> bytes:
    """What comes of a body that nobody reads, for a moment; nothing is left of it.

    A client that writes all of it before it reads would not see an answer behind which the connection is closed.
    """
    left, more = MOST_THROWN_AWAY, True
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while more and left > 0:
                message = await _next(receive)
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    return b""


async def _next(receive: Receive) -> Message:
    message: Message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message


def _request(scope: Scope, path: str, body: bytes) -> HttpRequest:
    client = scope.get("client")
    return HttpRequest(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]],
        body=body,
        source_ip=client[0] if client else "127.0.0.1",
        protocol=f"HTTP/{scope['http_version']}",
    )


def _error_answer(error: RouterError, path: str) -> HttpAnswer:
    response = error_response(error, path=path, request_id=new_request_id())
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
    return HttpAnswer(response.status_code, headers, bytes(response.body))


async def _respond(answer: HttpAnswer, send: Send, *, head: bool) -> None:
    """HEAD is told the length that the function gives of the body which it leaves out."""
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in answer.headers
        if head or name != "content-length"
    ]
    if not head:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
