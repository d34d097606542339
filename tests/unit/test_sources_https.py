"""The real transport over a real connection: TLS that is verified, and an end to whoever drips."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_router.adapters.fetch import Fetcher
from llm_router.adapters.https import HttpsTransport
from llm_router.clock import SystemClock
from llm_router.errors import SourceUnavailable
from tests.support.fault_proxy import FaultProxy, Trouble, fault_proxy
from tests.support.http_bytes import read_head, response
from tests.support.loopback import HOST, listening
from tests.support.tls import self_signed, serving

BODY = b"[" + b"1," * 500 + b"1]"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if await read_head(reader) is not None:
        writer.write(response(200, BODY, {"etag": "x"}))
        await writer.drain()


@pytest.fixture
def server(certificate: Path) -> Iterator[FaultProxy]:
    """A page over TLS."""
    with listening(page) as plain, fault_proxy(plain.port, tls=serving(certificate)) as proxy:
        yield proxy


def fetcher(server: FaultProxy, certificate: Path | None) -> Fetcher:
    context = ssl.create_default_context(cafile=None if certificate is None else str(certificate))
    return Fetcher(HttpsTransport(context, server.port), SystemClock(), frozenset({HOST}))


def test_a_page_is_read_over_tls(server: FaultProxy, certificate: Path):
    found = fetcher(server, certificate).get(f"https://{HOST}/a?b=c", timeout_s=5)
    assert (found.body, found.etag) == (BODY, "x")


def test_a_certificate_that_nobody_vouches_for_is_refused(server: FaultProxy):
    with pytest.raises(SourceUnavailable, match="SSLCert"):
        fetcher(server, None).get(f"https://{HOST}/", timeout_s=5)


@pytest.mark.parametrize(
    ("trouble", "timeout_s"),
    [(Trouble.HANG, 0.3), (Trouble.DRIP, 0.3), (Trouble.DRIP, 1.5)],
    ids=["hang", "the head drips", "the body drips"],
)
def test_who_does_not_come_to_an_end_is_left_at_the_deadline(
    server: FaultProxy, certificate: Path, trouble: Trouble, timeout_s: float
):
    server.does(trouble)
    with pytest.raises(SourceUnavailable, match="in time"):
        fetcher(server, certificate).get(f"https://{HOST}/", timeout_s=timeout_s)


@pytest.mark.parametrize("trouble", [Trouble.REFUSE, Trouble.RESET, Trouble.TRUNCATE, Trouble.GARBAGE])
def test_a_connection_that_breaks_is_a_source_that_fails_until_it_is_back(
    server: FaultProxy, certificate: Path, trouble: Trouble
):
    server.does(trouble)
    with pytest.raises(SourceUnavailable, match="could not be read"):
        fetcher(server, certificate).get(f"https://{HOST}/", timeout_s=5)
    server.mends()
    assert fetcher(server, certificate).get(f"https://{HOST}/", timeout_s=5).body == BODY
