"""HTTP/1.1 as uvicorn reads it with httptools, within bounds: for heads, for time, and for what it does not speak."""

from __future__ import annotations

import asyncio
import re
from typing import cast
from urllib.parse import unquote

import httptools
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from llm_router.errors import MalformedRequest, RequestTimeout, RouterError
from llm_router.local import heads
from llm_router.local.heads import MAX_HEAD
from llm_router.local.one_write import OneWrite
from llm_router.web.access import KIB, ROUTES
from llm_router.web.door import new_request_id
from llm_router.web.errors import error_response
from llm_router.web.routes import unmatched

SLOWEST = 4 * KIB
"""Bytes a second at which a request must go on coming once it has taken the time of a kept connection."""

LONGEST = max(rule.body_limit for rule in ROUTES)
"""Bytes that may earn a request more time; none that is answered is longer."""

LINGER_S = 2.0
"""Seconds for which what still comes after a refusal is thrown away: closed at once, the refusal might not arrive."""

METHODS = {rule.method for rule in ROUTES} | {"HEAD"}

_LINE = re.compile(rb"[\r\n]*([\w!#$%&'*+.^`|~-]+) (/[!-~]*) HTTP/1\.[01]\r?\n", re.ASCII)
"""A request's first line, with any method at all."""

_OF_METHODS = "method"
"""Part of all that the parser says of methods that it does not know, or only from protocols like HTTP."""


class BoundedHttp(HttpToolsProtocol):
    """Reads requests from one connection and starts the app for each.

    - Another protocol that is offered (`Upgrade`) is not taken up: the request is answered as if it had not been
      offered, as RFC 9110, 7.8 has it.
    - What is no HTTP is answered 400 in the envelope of every error, a head longer than `MAX_HEAD` 431 and a body in
      any coding but chunks 415, unless an earlier answer is still due; then the connection is closed. Of what never
      ends, such as a head, up to twice as much is read, in pieces: the parser has no limit of its own, and takes
      quadratic time. A method that the parser does not know is answered as any other that no route takes, where the
      request's first line comes whole: else it is 400, too.
    - A request is answered 408, and its connection closed, when it is not whole within the time of a kept connection
      (uvicorn's `timeout_keep_alive`) and a second more for every `SLOWEST` bytes of it, from the request's first byte,
      before which a new connection has as long and is closed in silence. Nobody is waited for who has been silent for
      the time of a kept connection, whatever came before. While an earlier answer is due, that time does not run.
    - Fields after a body (trailers) are left out. HTTP/1.0 is answered without chunks, which it does not know.
    """

    _unfinished = False
    _until = 0.0
    _silent_since = 0.0
    _came = 0
    _head = 0
    _refused = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._begin()
        self._timer = self.loop.call_later(self.timeout_keep_alive, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._silent_since = self.loop.time()
        if not self._unfinished or not self._came:
            self._begin()
        for start in range(0, len(data), MAX_HEAD):
            if self._refused or self.transport.is_closing():
                return
            self._read(data[start : start + MAX_HEAD])

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._unfinished:
            self._begin()

    def on_headers_complete(self) -> None:
        heads.check(self.parser.get_method(), self.url, self.headers)
        super().on_headers_complete()
        self._head = 0
        self.headers = []  # for trailers, so that they are no part of the head that the app is given

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._head = 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._head = 0
        self._unfinished = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._unfinished:
            self._begin()

    def _begin(self) -> None:
        self._unfinished = True
        self._give_time()

    def _give_time(self) -> None:
        """All the time again that a request has which has earned none."""
        self._silent_since, self._came = self.loop.time(), 0
        self._until = self._silent_since + self.timeout_keep_alive

    def _earn(self, octets: int) -> None:
        """More time for so many bytes."""
        self._until += max(0, min(octets, LONGEST - self._came)) / SLOWEST
        self._came += octets

    def _read(self, piece: bytes) -> None:
        self._earn(len(piece))
        self._head += len(piece)
        try:
            while piece:
                piece = self._parsed(piece)
        except httptools.HttpParserError as failure:
            why = failure.__context__  # where a callback has refused it
            self._refuse(why if isinstance(why, RouterError) else self._what_is_wrong(piece, str(failure)))
            return
        if self._head > MAX_HEAD:
            self._refuse(heads.too_long())

    def _what_is_wrong(self, piece: bytes, said: str) -> RouterError:
        """The parser stops at a method that it does not know, before it has seen at which path."""
        in_head = self.scope is not None and "method" not in self.scope
        line = _LINE.match(piece) if in_head and _OF_METHODS in said else None
        if line is None or (method := line[1].decode()) in METHODS:
            return MalformedRequest("This is no HTTP request that can be read.")
        self.url = line[2]
        return unmatched(method, unquote(self.url.partition(b"?")[0].decode()))

    def _parsed(self, piece: bytes) -> bytes:
        """What is left of the piece, once a head that offers another protocol has been read anew without the offer."""
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as offer:
            if self.scope["method"] == "CONNECT":
                raise httptools.HttpParserInvalidMethodError("no proxy") from None
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
            self.parser.feed_data(self._head_without_offer())
            return piece[offer.args[0] :]
        return b""

    def _head_without_offer(self) -> bytes:
        method, version = self.scope["method"].encode(), self.scope["http_version"].encode()
        lines = [name + b": " + value for name, value in self.scope["headers"] if name != b"upgrade"]
        return b"\r\n".join([method + b" " + self.url + b" HTTP/" + version, *lines, b"\r\n"])

    def _should_upgrade(self) -> bool:
        """uvicorn then starts nothing for what offers another protocol: it is read anew."""
        return True

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if cycle.scope["http_version"] == "1.0":
            app = cast("ASGI3Application", _Unchunked(cast("ASGIApp", app), cycle))
        if cycle.scope["method"] != "HEAD":  # whose head nothing follows
            cycle.transport = cast("asyncio.Transport", OneWrite(self.transport, self.loop))
        super()._start_asgi_task(cycle, app)

    def _look(self) -> None:
        """Refuse or close what has taken too long, or look again when that may be so."""
        now = self.loop.time()
        cycle = self.cycle
        answering = cycle is not None and not cycle.response_complete
        if not self._unfinished or (answering and not self._is_asked_for(cycle)):
            self._give_time()
        until = min(self._until, self._silent_since + self.timeout_keep_alive)
        if until > now:
            self._timer = self.loop.call_at(until, self._look)
        elif self._has_begun():
            self._refuse(RequestTimeout("The request did not come in whole in time; send it again."))
        else:
            self.transport.close()

    def _has_begun(self) -> bool:
        """Whether any of a request has come that is not answered yet."""
        answered = self.cycle is not None and self.cycle.scope is self.scope and self.cycle.response_complete
        return self.scope is not None and not answered

    def _is_asked_for(self, cycle: RequestResponseCycle) -> bool:
        """Whether this, the latest request, is the next to be answered and waits for the rest of its body."""
        return cycle.more_body and not cycle.response_started and not self.pipeline

    def _refuse(self, error: RouterError) -> None:
        self._refused = True
        cycle = self.cycle
        due = cycle is not None and not cycle.response_complete
        if due and not self._is_asked_for(cycle):
            self.transport.close()
            return
        if due:
            cycle.disconnected = True
            cycle.message_event.set()
        path = "" if self.scope is None else self.url.decode("latin-1")
        response = error_response(error, path=path, request_id=new_request_id())
        headers = [*self.server_state.default_headers, *response.raw_headers, (b"connection", b"close")]
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self.transport.write(b"".join([STATUS_LINE[response.status_code], *lines, b"\r\n", response.body]))
        self.transport.write_eof()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(LINGER_S, self.transport.close)


class _Unchunked:
    """An app whose answer, where it does not tell its length, ends with the connection."""

    def __init__(self, app: ASGIApp, cycle: RequestResponseCycle) -> None:
        self._app = app
        self._cycle = cycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle, told = self._cycle, False

        async def sent(message: Message) -> None:
            nonlocal told
            if message["type"] == "http.response.start":
                told = any(name == b"content-length" for name, _ in message.get("headers", ()))
                if not told:
                    cycle.chunked_encoding = False
            elif not told:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, sent)
