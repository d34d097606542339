"""HTTP to the providers: one POST, its whole answer or its events as they arrive. No retry, no redirect, no cookie.

httpcore2 does it: a connection pool, TLS and HTTP/1.1 over h11, and nothing else. `python -m tests.bench.provider_wire`
compares: it imports in 13 ms where httpx2 takes 29, adds 0.4 MB where httpx2 adds 0.8, and takes 0.35 ms for a request
where httpx2 takes 0.50. asyncio's streams with h11 alone would take 5 ms and 0.16 ms, at the price of a pool, TLS and
the detection of dead connections of our own. HTTP/1.1 is enough, since each answer has its connection to itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import httpcore2

from llm_router.adapters.providers import failures
from llm_router.adapters.providers.events import BrokenStream, EventDecoder, ServerEvent, ServerSentEvents
from llm_router.generation.provider import Failure, ProviderFailed

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_STREAM_BYTES = 64 * 1024 * 1024
"""Of a stream only one event is held at a time; a token in OpenAI's form takes about 250 bytes."""
MAX_ERROR_BYTES = 64 * 1024
KEEP_IDLE_S = 30.0
KEEP_IDLE = 32
KNOWN_TARGETS = 256

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
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpcore2.AsyncConnectionPool]
        self._pools = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    async def answer(self, post: Post) -> bytes:
        """The body of a 200, whole. Without a time limit of its own."""
        with _translated():
            async with self._sent(post) as response:
                return await _whole(response, MAX_ANSWER_BYTES)

    async def events(self, post: Post) -> AsyncGenerator[ServerEvent]:
        """The events of a 200 as they arrive, without a time limit of its own. A plain end is the caller's to judge."""
        with _translated():
            async with self._sent(post) as response:
                decoder, total = post.decoder(), 0
                if not _headers(response).get("content-type", "").lower().startswith(decoder.content_type):
                    raise ProviderFailed(Failure.GARBAGE)
                async for received in response.aiter_stream():
                    total += len(received)
                    if total > MAX_STREAM_BYTES:
                        raise ProviderFailed(Failure.GARBAGE)
                    for event in decoder.feed(received):
                        yield event

    def close(self) -> None:
        """Close what is connected, for a process that ends. Loops that run close theirs when they come to it."""
        with self._lock:
            pools = list(self._pools.items())
            self._pools.clear()
        for loop, pool in pools:
            if loop.is_running():
                asyncio.run_coroutine_threadsafe(pool.aclose(), loop)
            elif not loop.is_closed():
                # In a thread of its own, since this one may be running a loop, which can run no second one.
                closing = threading.Thread(target=loop.run_until_complete, args=(pool.aclose(),))
                closing.start()
                closing.join()

    @contextlib.asynccontextmanager
    async def _sent(self, post: Post) -> AsyncIterator[httpcore2.Response]:
        """The answer once its head is there, if it is a 200."""
        url, host = _target(post.url)
        headers = {
            "host": host,
            "user-agent": "llm-router",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "content-length": str(len(post.body)),
            **post.headers,
        }
        async with self._pool().stream("POST", url, headers=list(headers.items()), content=post.body) as response:
            if response.status != 200:
                failed = failures.of_answer(response.status, _headers(response))
                raise post.explain(failed, await _beginning(response))
            if _headers(response).get("content-encoding", "identity") != "identity":
                raise ProviderFailed(Failure.GARBAGE)
            yield response

    def _pool(self) -> httpcore2.AsyncConnectionPool:
        loop = asyncio.get_running_loop()
        with self._lock:
            if (pool := self._pools.get(loop)) is None:
                if self._context is None:
                    self._context = ssl.create_default_context()
                pool = self._pools[loop] = httpcore2.AsyncConnectionPool(
                    self._context,
                    max_connections=None,
                    max_keepalive_connections=KEEP_IDLE,
                    keepalive_expiry=KEEP_IDLE_S,
                    retries=0,
                )
            return pool


@lru_cache(KNOWN_TARGETS)
def _target(url: str) -> tuple[httpcore2.URL, str]:
    """The address as it is asked, and its host with the port."""
    return httpcore2.URL(url), urlsplit(url).netloc


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


async def _whole(response: httpcore2.Response, limit: int) -> bytes:
    pieces, total = [], 0
    async for piece in response.aiter_stream():
        total += len(piece)
        if total > limit:
            raise ProviderFailed(Failure.GARBAGE)
        pieces.append(piece)
    return b"".join(pieces)


async def _beginning(response: httpcore2.Response) -> bytes:
    """An error's body, or nothing where it is too long or breaks off: its status has said what counts."""
    try:
        return await _whole(response, MAX_ERROR_BYTES)
    except (ProviderFailed, httpcore2.NetworkError, httpcore2.ProtocolError):
        return b""


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Failures of the connection as ours, without what they say: it may quote what was sent."""
    try:
        yield
    except httpcore2.TimeoutException:
        raise ProviderFailed(Failure.TIMEOUT) from None
    except (httpcore2.RemoteProtocolError, BrokenStream):
        raise ProviderFailed(Failure.GARBAGE) from None
    except (httpcore2.NetworkError, httpcore2.LocalProtocolError, OSError):
        raise ProviderFailed(Failure.UNREACHABLE) from None
