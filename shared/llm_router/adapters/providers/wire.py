"""HTTP to the providers: one POST, its whole answer or its events as they arrive. No retry, no redirect, no cookie.

aiohttp does it, for its parser in C: `python -m tests.bench.provider_wire` compares what a request and what a package
takes. HTTP/1.1 is enough, since each answer has its connection to itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from llm_router.adapters.providers import failures
from llm_router.adapters.providers.events import BrokenStream, EventDecoder, ServerEvent, ServerSentEvents
from llm_router.generation.provider import Failure, ProviderFailed

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_STREAM_BYTES = 64 * 1024 * 1024
"""Of a stream only one event is held at a time; a token in OpenAI's form takes about 250 bytes."""
MAX_ERROR_BYTES = 64 * 1024
ERROR_BODY_S = 1.0
"""An error's body is waited for no longer: its head has said most of it."""
MAX_HEADER_BYTES = 64 * 1024
KEEP_IDLE_S = 30.0
CONNECT_S = 5.0
"""To the end of TLS's handshake: who cannot be reached by then is not merely slow to answer."""

Explain = Callable[[ProviderFailed, bytes], ProviderFailed]
"""What a protocol makes of an error answer: the failure by its status, and its body."""


def by_status(failed: ProviderFailed, _body: bytes) -> ProviderFailed:
    """The status says it all."""
    return failed


@dataclass(frozen=True, slots=True)
class Post:
    """One POST of JSON. The headers hold the key, so it is not to be shown."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    explain: Explain = by_status
    decoder: Callable[[], EventDecoder] = ServerSentEvents


class Wire:
    """Connections to providers, kept for each event loop that asks. Raises `ProviderFailed` and nothing else."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        """Certificates are verified against the system's authorities unless `context` says otherwise."""
        self._context = context
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
        self._lock = threading.Lock()

    async def answer(self, post: Post) -> bytes:
        """The body of a 200, whole. Without a time limit of its own."""
        with _translated():
            async with self._sent(post) as response:
                return await _whole(response.content, MAX_ANSWER_BYTES)

    async def events(self, post: Post) -> AsyncGenerator[ServerEvent]:
        """The events of a 200 as they arrive, without a time limit of its own. A plain end is the caller's to judge."""
        with _translated():
            async with self._sent(post) as response:
                decoder, total = post.decoder(), 0
                if not response.headers.get("content-type", "").lower().startswith(decoder.content_type):
                    raise ProviderFailed(Failure.GARBAGE)
                async for received in response.content.iter_any():
                    total += len(received)
                    if total > MAX_STREAM_BYTES:
                        raise ProviderFailed(Failure.GARBAGE)
                    for event in decoder.feed(received):
                        yield event

    def close(self) -> None:
        """Close what is connected, for a process that ends. Loops that run close theirs when they come to it."""
        with self._lock:
            sessions = list(self._sessions.items())
            self._sessions.clear()
        here = _running_loop()
        for loop, session in sessions:
            if loop is here:
                loop.create_task(session.close())  # begun before a runner that ends would cancel it
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(session.close(), loop)
            elif not loop.is_closed():
                _complete(loop, session.close())

    @contextlib.asynccontextmanager
    async def _sent(self, post: Post) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer once its head is there, if it is a 200."""
        for _ in range(2):  # a connection that its other end has closed meanwhile is heard of, so that it is not taken
            await asyncio.sleep(0)
        async with self._session().post(
            URL(post.url, encoded=True), headers={**_HEADERS, **post.headers}, data=post.body, allow_redirects=False
        ) as response:
            with _told_when_it_breaks(response):
                if response.status != 200:
                    raise await _refusal(post, response)
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise ProviderFailed(Failure.GARBAGE)
                yield response

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        with self._lock:
            if (session := self._sessions.get(loop)) is None:
                self._sessions = {each: kept for each, kept in self._sessions.items() if not each.is_closed()}
                if self._context is None:
                    self._context = ssl.create_default_context()
                session = self._sessions[loop] = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=self._context, limit=0, keepalive_timeout=KEEP_IDLE_S),
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    max_line_size=MAX_HEADER_BYTES,
                    max_field_size=MAX_HEADER_BYTES,
                )
            return session


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _complete(loop: asyncio.AbstractEventLoop, work: Coroutine[None, None, None]) -> None:
    """Run it to its end in a thread of its own, since this one may be running a loop, which can run no second one."""
    thread = threading.Thread(target=loop.run_until_complete, args=(work,))
    thread.start()
    thread.join()


@contextlib.contextmanager
def _told_when_it_breaks(response: aiohttp.ClientResponse) -> Iterator[None]:
    """Whoever waits for more of a body hears that its connection is gone.

    Where a chunk is malformed, the library closes the connection and tells nobody, and the rest would never come.
    """
    connection = response.connection
    closed = connection.protocol.closed if connection is not None and connection.protocol is not None else None

    def tell(_gone: asyncio.Future[None]) -> None:
        if not response.content.is_eof() and response.content.exception() is None:
            response.content.set_exception(aiohttp.ClientPayloadError())

    if closed is not None:
        closed.remove_done_callback(_hear)  # one is enough for a connection, however many answers come on it
        closed.add_done_callback(_hear)
        closed.add_done_callback(tell)
    try:
        yield
    finally:
        if closed is not None:
            closed.remove_done_callback(tell)


def _hear(gone: asyncio.Future[None]) -> None:
    """Why a connection broke, also while it waits to be used again, lest asyncio logs that nobody asked."""
    if not gone.cancelled():
        gone.exception()


_HEADERS = {"user-agent": "llm-router", "accept-encoding": "identity", "content-type": "application/json"}


async def _whole(content: aiohttp.StreamReader, limit: int) -> bytes:
    pieces, total = [], 0
    async for piece in content.iter_any():
        total += len(piece)
        if total > limit:
            raise ProviderFailed(Failure.GARBAGE)
        pieces.append(piece)
    return b"".join(pieces)


async def _refusal(post: Post, response: aiohttp.ClientResponse) -> ProviderFailed:
    """What an answer that is no 200 means. Its body is read only for a protocol that looks into it."""
    failed = failures.of_answer(response.status, response.headers)
    return failed if post.explain is by_status else post.explain(failed, await _beginning(response.content))


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """An error's body, or nothing where it is too long, breaks off or does not come to an end."""
    try:
        async with asyncio.timeout(ERROR_BODY_S):
            return await _whole(content, MAX_ERROR_BYTES)
    except (ProviderFailed, aiohttp.ClientError, OSError):
        return b""


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Failures of the connection as ours, without what they say: it may quote what was sent."""
    try:
        yield
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError, aiohttp.ClientPayloadError, BrokenStream):
        raise ProviderFailed(Failure.GARBAGE) from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise ProviderFailed(Failure.UNREACHABLE) from None
