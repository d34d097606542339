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
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.support.http_bytes import read_head
from tests.support.loopback import HOST, listening
from tests.support.provider_answers import Protocol, Said
from tests.support.provider_faults import Answer
from tests.support.provider_replies import Asked, Reply


@dataclass
class ProviderServer:
    """The script and what was asked; thread-safe enough for a test."""

    port: int = 0
    scheme: str = "http"
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set once a whole request has come in."""
    begins: Callable[[Answer], None] = lambda _answer: None
    """Called with each answer as it begins, on the server's thread."""
    _next: deque[Answer] = field(default_factory=deque)
    _always: dict[str | None, Answer] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{HOST}:{self.port}"

    def then(self, *answers: Answer) -> None:
        """What the next requests get, in order, whatever their model."""
        self._next.extend(answers)

    def always(self, answer: Answer, *, model: str | None = None) -> None:
        """What requests get for which nothing is queued: those for a model, or all without one of their own."""
        self._always[model] = answer

    def reset(self) -> None:
        """Forget the script, what was asked, and who is told."""
        self.begins = lambda _answer: None
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
        while (asked := await _request(reader)) is not None:
            answer = self.answer_for(asked)
            self.begins(answer)
            if not await Reply(writer, asked).send(answer):
                break


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request, or None when the client has gone."""
    if (head := await read_head(reader)) is None:
        return None
    body = await reader.readexactly(int(head.headers.get("content-length", "0")))
    path, _, query = head.target.partition("?")
    protocol, model, stream = _what(unquote(path), body)
    return Asked(head.method, path, query, head.headers, body, protocol, model, stream)


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
    server = ProviderServer(scheme="http" if tls is None else "https")
    with listening(server.serve, tls) as listener:
        server.port = listener.port
        yield server
