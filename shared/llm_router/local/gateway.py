"""The local API Gateway: an ASGI app that turns HTTP into events, calls the function, and turns the answer back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from starlette.types import Receive, Scope, Send

from llm_router.errors import ErrorCode, MalformedRequest, Overloaded, RouterError, UpstreamError
from llm_router.local import direct, incoming
from llm_router.local.direct import STOPPING
from llm_router.local.events import HttpAnswer, HttpRequest, http_answer, http_event, joined
from llm_router.local.functions import FunctionHost, FunctionTimedOut
from llm_router.local.incoming import Disconnected
from llm_router.local.routing import Match, RouteTable, check_served, service_path
from llm_router.web.access import RouteRule, rule_at
from llm_router.web.body import is_longer
from llm_router.web.door import new_request_id
from llm_router.web.errors import error_response
from llm_router.web.routes import nothing_at

Headers = Sequence[tuple[bytes, bytes]]

SWIFT_BYTES = 8 * 1024
"""A longer body is not swift, whatever its route: a long prompt takes ten times as long as a short one, and on the
event loop all others would wait for it."""

CLOSE = ("connection", "close")
"""What an answer says behind which no more is read."""


@dataclass
class Gateway:
    """One ASGI app for every port; `services` tells which port belongs to one service alone.

    Sheds load: with `max_in_flight` requests running, or `max_waiting` of those that may wait for others, the next one
    is answered 503 with Retry-After at once; so is one for whose long body there is no `room`. One that might have
    waited but asks no model is never refused for others that wait. With `runs_swift_here`, where no store can keep them
    waiting, such requests and swift ones need no thread of their own, and the former take a place of either kind;
    without, they are counted with those that run, whose few threads they share.
    """

    table: RouteTable
    host: FunctionHost
    services: Mapping[int, str]
    max_in_flight: int
    max_waiting: int
    runs_swift_here: bool = True
    in_flight: int = 0
    waiting: int = 0
    room: incoming.Room = field(default_factory=incoming.Room)

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
            await _respond(answer, receive, send, head=scope["method"] == "HEAD")

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> HttpAnswer | None:
        """The answer, or None when it has been sent already."""
        try:
            scope, path, found = self._matched(scope)
        except RouterError as error:
            if is_longer(_announced(scope), incoming.MOST_THROWN_AWAY):
                return _closing(_error_answer(error, scope["path"]))
            await incoming.thrown_away(receive)
            raise
        rule = rule_at(found.route.method, found.route.path)
        limit = rule.body_limit if rule is not None and rule.reads_body else None
        if is_longer(_announced(scope), incoming.MOST_THROWN_AWAY if limit is None else limit):
            return await self._unread(scope, path, found)
        try:
            body = await (incoming.thrown_away(receive) if limit is None else incoming.read(receive, limit, self.room))
        except Overloaded as error:
            return _closing(_error_answer(error, scope["path"]))
        waits, here = (False, False) if rule is None else self._way(rule, body)
        with self._counted(waits=waits):
            if rule is None or not here:
                return await self._invoked(_request(scope, path, body), found)
            # Whatever else has arrived by now is counted before one that only works keeps the loop to itself.
            await asyncio.sleep(0)
            door = self.host.door(found.route.function)
            await direct.serve(door, found, scope, body, receive, send, waits=rule.waits)
        return None

    def _way(self, rule: RouteRule, body: bytes) -> tuple[bool, bool]:
        """Whether the request counts as one that waits, and whether it is answered on the event loop."""
        if not rule.waits:
            return False, self.runs_swift_here and rule.swift and len(body) <= SWIFT_BYTES
        if self.runs_swift_here and self.waiting < self.max_waiting:
            return True, True  # whatever it asks for
        waits = direct.asks_a_model(rule, body)
        return waits, waits or self.runs_swift_here

    async def _unread(self, scope: Scope, path: str, found: Match) -> HttpAnswer:
        """What the door says to a request whose body is announced as too long: nothing of that is read."""
        try:
            with self._counted(waits=False):
                answer = await self._invoked(_request(scope, path, b""), found)
        except RouterError as error:
            answer = _error_answer(error, path)
        return _closing(answer)

    def _matched(self, scope: Scope) -> tuple[Scope, str, Match]:
        """The request with every header once, the API's path that it asks for, and the route behind that.

        Raises `MalformedRequest`, `NotFound`, or `MethodNotAllowed` on the port of one service alone.
        """
        headers: Headers = scope["headers"]
        _check_host(headers, scope["http_version"])
        if len(dict(headers)) < len(headers):
            scope = {**scope, "headers": _joined_headers(headers)}
        server = scope.get("server")
        service = self.services.get(server[1], "") if server else ""
        path = service_path(service, scope["path"])
        found = self.table.match(scope["method"], path)
        if found is None:
            raise nothing_at(path)
        if service:
            check_served(service, scope["method"], path, found.route)
        return scope, path, found

    @contextmanager
    def _counted(self, *, waits: bool) -> Iterator[None]:
        """One request more in progress. Raises `Overloaded`."""
        running, most = (self.waiting, self.max_waiting) if waits else (self.in_flight, self.max_in_flight)
        if running >= most:
            raise Overloaded("Too many requests are in progress; try again in a moment.", retry_after_s=1)
        self._count(1, waits=waits)
        try:
            yield
        finally:
            self._count(-1, waits=waits)

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
            raise Overloaded("The function did not answer in time.", code=ErrorCode.FUNCTION_TIMEOUT) from None
        answer = http_answer(result)
        if answer is None:
            raise UpstreamError("The function gave no HTTP answer.", code=ErrorCode.BAD_FUNCTION_ANSWER)
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


def _announced(scope: Scope) -> str:
    """The Content-Length, which the parser takes but once."""
    headers: Headers = scope["headers"]
    return dict(headers).get(b"content-length", b"").decode("latin-1")


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


def _closing(answer: HttpAnswer) -> HttpAnswer:
    return replace(answer, headers=[*answer.headers, CLOSE])


async def _respond(answer: HttpAnswer, receive: Receive, send: Send, *, head: bool) -> None:
    """HEAD is told the length that the function gives of the body which it leaves out.

    Before a connection is closed by the answer, what still comes is thrown away for a moment: the answer is there, and
    a client that writes on sees it.
    """
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in answer.headers
        if head or name != "content-length"
    ]
    if not head:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    closes = CLOSE in answer.headers
    await send({"type": "http.response.body", "body": b"" if head else answer.body, "more_body": closes})
    if closes:
        with suppress(Disconnected):
            await incoming.thrown_away(receive, incoming.MOST_WRITTEN_ON)
        await send({"type": "http.response.body", "body": b""})
