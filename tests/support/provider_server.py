"""A provider on loopback that speaks all four protocols, and fails in every way that one can, as scripted.

    with provider_server() as server:
        server.then(Fault.SERVER_ERROR, Said("Hello"))   # the next two requests, in order
        server.always(Said("Hi"), model="gpt-x")         # every other request for this model
        server.always(Fault.HANG)                        # and for all others

Without a script it says `Said()`. `server.requests` holds what was asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote

from tests.support.provider_answers import Protocol, Said, aws_event, pieces, whole

DRIP_EVERY_S = 0.02
HELD_S = 10.0


class Fault(StrEnum):
    """What goes wrong. `*_MID_STREAM` and `CUT_*` come after half of the pieces, when the request asks for a stream."""

    HANG = "hang"
    """Takes the request and never answers."""
    DRIP = "drip"
    """A byte of a correct answer every 20 ms."""
    DRIP_HEAD = "drip_head"
    RESET = "reset"
    """The connection is reset (RST) instead of an answer."""
    RESET_MIDWAY = "reset_midway"
    """Reset in the middle of the body or of the stream."""
    HANG_MIDWAY = "hang_midway"
    CUT_SHORT = "cut_short"
    """The connection is closed in the middle of the body, in spite of its announced length."""
    NO_END_MARK = "no_end_mark"
    """A stream that ends in good order, but for what its protocol ends with. A whole answer is not affected."""
    ERROR_EVENT = "error_event"
    """An error event in the middle of a stream. A whole answer is a 500."""
    GARBAGE_EVENT = "garbage_event"
    """An event that is not JSON in the middle of a stream. A whole answer is not JSON either."""
    CLOSED = "closed"
    """Closed in good order instead of an answer."""
    HTML = "html"
    EMPTY = "empty"
    TRUNCATED_JSON = "truncated_json"
    WRONG_JSON = "wrong_json"
    """JSON that is not the protocol's."""
    HUGE = "huge"
    """50 MB."""
    NO_HTTP = "no_http"
    REDIRECT = "redirect"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"


STATUS = {
    Fault.RATE_LIMITED: 429,
    Fault.BAD_REQUEST: 400,
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.TOO_LARGE: 413,
    Fault.SERVER_ERROR: 500,
    Fault.OVERLOADED: 503,
}
HUGE_BYTES = 50_000_000
CANARY = "the provider's own words"
"""Stands in every error body; it must never come out."""


@dataclass(frozen=True)
class Raw:
    """Any answer at all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limited:
    """A 429 that names how long to wait, as the header's value."""

    retry_after: str


@dataclass(frozen=True)
class Slow:
    """An answer whose first byte comes late, and whose stream pauses between pieces."""

    said: Said = Said()  # noqa: RUF009
    first_s: float = 0.0
    between_s: float = 0.0


@dataclass(frozen=True)
class Held:
    """A stream that goes on after so many pieces only once `release` is set, and breaks off when it never is."""

    release: threading.Event
    after: int
    said: Said = Said()  # noqa: RUF009


Answer = Said | Fault | Raw | Limited | Slow | Held


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    protocol: Protocol
    model: str
    stream: bool

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class ProviderServer:
    """The script and what was asked; thread-safe enough for a test."""

    port: int = 0
    scheme: str = "http"
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set once a whole request has come in."""
    _next: deque[Answer] = field(default_factory=deque)
    _always: dict[str | None, Answer] = field(default_factory=dict)
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def then(self, *answers: Answer) -> None:
        """What the next requests get, in order, whatever their model."""
        self._next.extend(answers)

    def always(self, answer: Answer, *, model: str | None = None) -> None:
        """What requests get for which nothing is queued: those for a model, or all without one of their own."""
        self._always[model] = answer

    def reset(self) -> None:
        """Forget the script and what was asked."""
        self._next.clear()
        self._always.clear()
        self.requests.clear()

    def answer_for(self, asked: Asked) -> Answer:
        self.requests.append(asked)
        self.arrived.set()
        if self._next:
            return self._next.popleft()
        return self._always.get(asked.model, self._always.get(None, Said()))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept for as many requests as come."""
        self.connections += 1
        self._connections.add(writer)
        try:
            while (asked := await _request(reader)) is not None:
                if not await _Reply(writer, asked).send(self.answer_for(asked)):
                    break
        except OSError:
            return
        finally:
            self._connections.discard(writer)
            writer.close()


@dataclass
class _Reply:
    """The answer to one request. `send` tells whether the connection is still good."""

    writer: asyncio.StreamWriter
    asked: Asked

    async def send(self, answer: Answer) -> bool:
        if isinstance(answer, Slow):
            await asyncio.sleep(answer.first_s)
            return await self._say(answer.said, between_s=answer.between_s)
        if isinstance(answer, Held):
            return await self._hold(answer)
        if isinstance(answer, Said):
            return await self._say(answer)
        if isinstance(answer, Raw):
            return await self._plain(answer.status, answer.body, answer.headers)
        if isinstance(answer, Limited):
            return await self._plain(429, self._error(), {"retry-after": answer.retry_after})
        if answer in STATUS:
            return await self._plain(STATUS[answer], self._error())
        return await self._fail(answer)

    async def _fail(self, fault: Fault) -> bool:
        match fault:
            case Fault.HANG:
                await asyncio.Event().wait()
            case Fault.RESET:
                self._reset()
            case Fault.HTML:
                page = f"<!doctype html><title>Bad gateway</title><p>{CANARY}".encode()
                return await self._plain(200, page, {"content-type": "text/html"})
            case Fault.EMPTY:
                return await self._plain(200, b"")
            case Fault.WRONG_JSON:
                return await self._wrong()
            case Fault.NO_HTTP:
                await self._write(b"SSH-2.0-OpenSSH_9.2\r\n")
            case Fault.REDIRECT:
                return await self._plain(302, b"", {"location": "http://127.0.0.1:9/elsewhere"})
            case Fault.HUGE:
                await self._huge()
            case Fault.DRIP | Fault.DRIP_HEAD:
                await self._drip(skip=fault is Fault.DRIP)
            case _ if self.asked.stream:
                return await self._broken_stream(fault)
            case _:
                return await self._broken_body(fault)
        return False

    async def _broken_body(self, fault: Fault) -> bool:
        body = whole(self.asked.protocol, self.asked.model, Said())
        match fault:
            case Fault.NO_END_MARK:
                return await self._plain(200, body)
            case Fault.ERROR_EVENT:
                return await self._plain(500, self._error())
            case Fault.TRUNCATED_JSON:
                return await self._plain(200, body[: len(body) // 2])
            case Fault.GARBAGE_EVENT:
                return await self._plain(200, b"{not json")
            case Fault.CLOSED:
                return False
        await self._write(self._head(len(body)) + body[: len(body) // 2])
        if fault is Fault.HANG_MIDWAY:
            await asyncio.Event().wait()
        if fault is Fault.RESET_MIDWAY:
            self._reset()
        return False

    async def _broken_stream(self, fault: Fault) -> bool:
        if fault is Fault.CLOSED:
            return False
        sent = pieces(self.asked.protocol, self.asked.model, Said())
        half = len(sent) // 2
        await self._write(self._head(None))
        for piece in sent[:half]:
            await self._chunk(piece)
        match fault:
            case Fault.HANG_MIDWAY:
                await asyncio.Event().wait()
            case Fault.RESET_MIDWAY:
                self._reset()
            case Fault.ERROR_EVENT:
                await self._chunk(self._error_event())
            case Fault.GARBAGE_EVENT:
                await self._chunk(b"data: {not json\n\n")
            case Fault.TRUNCATED_JSON:
                await self._chunk(sent[half][: len(sent[half]) // 2])
        if fault in (Fault.NO_END_MARK, Fault.ERROR_EVENT, Fault.GARBAGE_EVENT, Fault.TRUNCATED_JSON):
            await self._write(b"0\r\n\r\n")
        return False

    async def _wrong(self) -> bool:
        if not self.asked.stream:
            return await self._plain(200, b'{"greeting": ["hello"]}')
        await self._write(self._head(None))
        wrong = {"contentBlockIndex": "none", "delta": 7}
        bedrock = self.asked.protocol is Protocol.BEDROCK
        await self._chunk(aws_event("contentBlockDelta", wrong) if bedrock else b'data: {"greeting": ["hello"]}\n\n')
        await self._write(b"0\r\n\r\n")
        return False

    async def _huge(self) -> None:
        await self._write(self._head(HUGE_BYTES))
        for _ in range(HUGE_BYTES // 100_000):
            await self._write(b" " * 100_000)

    async def _drip(self, *, skip: bool) -> None:
        """The body in chunks of one byte (`skip`), or all from the first byte of the head on."""
        asked = self.asked
        parts = pieces(asked.protocol, asked.model, Said()) if asked.stream else [whole(asked.protocol, "", Said())]
        whole_answer = self._head(None) + b"".join(parts)
        start = whole_answer.index(b"\r\n\r\n") + 4 if skip else 0
        await self._write(whole_answer[:start])
        for byte in whole_answer[start:]:
            await self._write(b"1\r\n%c\r\n" % byte if skip else bytes([byte]))
            await asyncio.sleep(DRIP_EVERY_S)
        await asyncio.Event().wait()

    async def _say(self, said: Said, between_s: float = 0.0) -> bool:
        asked = self.asked
        if not asked.stream:
            return await self._plain(200, whole(asked.protocol, asked.model, said))
        options = asked.json.get("stream_options") or {}
        await self._write(self._head(None))
        for piece in pieces(asked.protocol, asked.model, said, usage=bool(options.get("include_usage"))):
            await self._chunk(piece)
            if between_s:
                await asyncio.sleep(between_s)
        await self._write(b"0\r\n\r\n")
        return True

    async def _hold(self, held: Held) -> bool:
        sent = pieces(self.asked.protocol, self.asked.model, held.said)
        await self._write(self._head(None))
        for piece in sent[: held.after]:
            await self._chunk(piece)
        if not await asyncio.to_thread(held.release.wait, HELD_S):
            return False
        for piece in sent[held.after :]:
            await self._chunk(piece)
        await self._write(b"0\r\n\r\n")
        return True

    def _head(self, length: int | None) -> bytes:
        kind = "application/json"
        if self.asked.stream:
            bedrock = self.asked.protocol is Protocol.BEDROCK
            kind = "application/vnd.amazon.eventstream" if bedrock else "text/event-stream; charset=utf-8"
        size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
        return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{size}\r\n\r\n".encode()

    async def _plain(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bool:
        pairs = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
        head = f"HTTP/1.1 {status} Status\r\n" + "".join(f"{name}: {value}\r\n" for name, value in pairs.items())
        await self._write(head.encode() + b"\r\n" + body)
        return True

    def _error(self) -> bytes:
        """An error body that quotes our own key, as some do."""
        said = f"{CANARY}: {self.asked.headers.get('authorization', self.asked.headers.get('x-api-key', ''))}"
        return json.dumps({"error": {"message": said, "type": "error", "code": "error"}, "message": said}).encode()

    def _error_event(self) -> bytes:
        error = {"type": "error", "error": {"type": "overloaded_error", "code": 529, "message": CANARY}}
        match self.asked.protocol:
            case Protocol.BEDROCK:
                return aws_event("modelStreamErrorException", {"message": CANARY}, "exception")
            case Protocol.ANTHROPIC:
                return b"event: error\ndata: " + json.dumps(error).encode() + b"\n\n"
        return b"data: " + json.dumps(error).encode() + b"\n\n"

    async def _chunk(self, data: bytes) -> None:
        await self._write(b"%x\r\n%s\r\n" % (len(data), data))

    async def _write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def _reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request, or None when the client has gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    protocol, model, stream = _what(unquote(path), body)
    return Asked(method, path, query, headers, body, protocol, model, stream)


def _what(path: str, body: bytes) -> tuple[Protocol, str, bool]:
    if found := re.search(r"/models/(.+):(stream)?[gG]enerateContent$", path):
        return Protocol.GEMINI, found[1], found[2] is not None
    if found := re.search(r"/model/(.+)/converse(-stream)?$", path):
        return Protocol.BEDROCK, found[1], found[2] is not None
    given = json.loads(body)
    protocol = Protocol.ANTHROPIC if path.endswith("/messages") else Protocol.OPENAI
    return protocol, given.get("model", ""), bool(given.get("stream"))


@contextlib.contextmanager
def provider_server(tls: ssl.SSLContext | None = None) -> Iterator[ProviderServer]:
    """A server in a thread of its own, gone with everything that hangs in it when the block ends."""
    server, ready = ProviderServer(scheme="http" if tls is None else "https"), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with _listening(server, tls):
            ready.set()
            await stop.wait()

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=main, name="provider-server", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


@contextlib.asynccontextmanager
async def _listening(server: ProviderServer, tls: ssl.SSLContext | None) -> AsyncIterator[None]:
    tasks: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accepted, "127.0.0.1", 0, backlog=1024, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def refusing_url() -> str:
    """An address on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
