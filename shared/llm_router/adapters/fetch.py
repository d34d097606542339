"""Conditional HTTPS GET for a few known hosts: no redirects, bounded in time and in size, also once decompressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from llm_router.errors import SourceUnavailable
from llm_router.ports import Clock

MAX_BYTES = 16 * 1024 * 1024
"""Several times the largest source. Counts twice: for what is transferred and for what it unpacks to."""

CHUNK = 64 * 1024


class Reply(Protocol):
    """An answer whose body has not been read yet. Header names are in lower case."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces of at most `CHUNK` bytes. Raises OSError when the connection fails."""
        ...

    def close(self) -> None: ...


class Transport(Protocol):
    """Sends one GET over TLS. Raises OSError; gives up by itself after `timeout_s` in all."""

    def get(self, host: str, target: str, headers: Mapping[str, str], timeout_s: float) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Page:
    """A body with its entity tag; the body is None where the server says that it has not changed."""

    body: bytes | None
    etag: str | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from the allowed hosts and from nowhere else."""

    transport: Transport
    clock: Clock
    hosts: frozenset[str]
    max_bytes: int = MAX_BYTES

    def get(
        self, url: str, *, timeout_s: float, etag: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Page:
        """The page at `url`. Raises `SourceUnavailable`, whose message quotes nothing that was sent."""
        host, target = self._allowed(url)
        sent = {"accept-encoding": "gzip", "user-agent": "llm-router", **(headers or {})}
        if etag is not None:
            sent["if-none-match"] = etag
        until = self.clock.monotonic() + timeout_s
        try:
            reply = self.transport.get(host, target, sent, timeout_s)
            try:
                return self._page(reply, etag, until)
            finally:
                reply.close()
        except TimeoutError:
            raise SourceUnavailable(f"{host} did not answer in time.") from None
        except (OSError, zlib.error) as failure:
            raise SourceUnavailable(f"{host} could not be read ({type(failure).__name__}).") from failure

    def _allowed(self, url: str) -> tuple[str, str]:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc not in self.hosts:
            raise SourceUnavailable("The address is not on the list of sources.")
        return parts.netloc, f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    def _page(self, reply: Reply, etag: str | None, until: float) -> Page:
        headers = reply.headers
        if reply.status == 304 and etag is not None:
            return Page(None, etag)
        if 300 <= reply.status < 400:
            raise SourceUnavailable("The source redirects, which is not followed.")
        if reply.status != 200:
            raise SourceUnavailable(f"The source answered {reply.status}.")
        if headers.get("content-type", "").lower().startswith("text/html"):
            raise SourceUnavailable("The source sent a web page.")
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > self.max_bytes:
            raise SourceUnavailable("The source sent too much.")
        body = self._body(reply, headers.get("content-encoding", "identity").lower(), until)
        return Page(body, headers.get("etag"))

    def _body(self, reply: Reply, encoding: str, until: float) -> bytes:
        if encoding not in ("identity", "gzip"):
            raise SourceUnavailable("The source sent an encoding that was not asked for.")
        unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        body, transferred = bytearray(), 0
        for chunk in reply.chunks():
            if self.clock.monotonic() > until:
                raise TimeoutError
            transferred += len(chunk)
            room = self.max_bytes - len(body) + 1
            body += chunk if unpack is None else unpack.decompress(chunk, room)
            if transferred > self.max_bytes or len(body) > self.max_bytes:
                raise SourceUnavailable("The source sent too much.")
        if unpack is not None and (not unpack.eof or unpack.unused_data):
            raise SourceUnavailable("The source's answer was cut off, or more than one.")
        return bytes(body)
