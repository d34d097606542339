"""The sources' web as real HTTPS on loopback: each host is found by its own name, behind a proxy that can fail."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from llm_router.adapters.https import HttpsTransport
from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.http_bytes import read_head, response
from tests.support.loopback import HOST, listening
from tests.support.sources import URLS, FakeReply, FakeWeb, healthy_web
from tests.support.tls import self_signed, serving


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


@dataclass(frozen=True)
class ServedSources:
    """The pages, which a test may change, and the proxies by host."""

    web: FakeWeb
    proxies: Mapping[str, FaultProxy]

    def before(self, source: str) -> FaultProxy:
        """The proxy before the host of this source, which may be that of another one too."""
        return self.proxies[_host(URLS[source])]

    def answer(self, source: str, reply: FakeReply) -> None:
        """What a source answers from now on."""
        self.web.pages[URLS[source]] = reply

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, as the pages are at the time."""
        if (asked := await read_head(reader)) is not None:
            reply = self.web.get(asked.headers["host"], asked.target, asked.headers, 1.0)
            writer.write(response(reply.status, b"".join(reply.chunks()), reply.headers))
            await writer.drain()


@contextmanager
def served_sources(folder: Path) -> Iterator[ServedSources]:
    """Every source answers with its excerpt to the real transport, and no other name is known."""
    web = healthy_web()
    hosts = sorted({_host(url) for url in web.pages})
    certificate = self_signed(folder, *hosts)
    proxies: dict[str, FaultProxy] = {}
    found = ServedSources(web, proxies)
    resolve = socket.getaddrinfo

    def resolved(host: str, port: int, *rest: int, **named: int) -> list:
        if host in proxies:
            return resolve(HOST, proxies[host].port, *rest, **named)
        if host != HOST:
            raise socket.gaierror(f"{host} is not known here.")
        return resolve(host, port, *rest, **named)

    with ExitStack() as stack:
        port = stack.enter_context(listening(found.serve)).port
        for host in hosts:
            proxies[host] = stack.enter_context(fault_proxy(port, tls=serving(certificate)))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(socket, "getaddrinfo", resolved)
        trusting = HttpsTransport(ssl.create_default_context(cafile=str(certificate)))
        patch.setattr("llm_router.adapters.https.HttpsTransport", lambda: trusting)
        yield found
