"""The real transport over a real connection: TLS that is verified, and an end to whoever drips."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from llm_router.adapters.fetch import Fetcher
from llm_router.adapters.https import HttpsTransport
from llm_router.clock import SystemClock
from llm_router.errors import SourceUnavailable
from tests.support.tls import HOST, self_signed

Answer = Callable[[ssl.SSLSocket], None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@contextmanager
def serving(certificate: Path, answer: Answer) -> Iterator[int]:
    """A TLS server on loopback that reads a request and then does as told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as connection:
                    connection.recv(65536)
                    answer(connection)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

    with Server((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def fetcher(port: int, certificate: Path | None) -> Fetcher:
    context = ssl.create_default_context(cafile=None if certificate is None else str(certificate))
    return Fetcher(HttpsTransport(context, port), SystemClock(), frozenset({HOST}))


def test_a_page_is_read_over_tls(certificate: Path):
    def answer(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\netag: x\r\n\r\n{}")

    with serving(certificate, answer) as port:
        page = fetcher(port, certificate).get(f"https://{HOST}/a?b=c", timeout_s=5)
    assert (page.body, page.etag) == (b"{}", "x")


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path):
    with serving(certificate, lambda connection: None) as port, pytest.raises(SourceUnavailable, match="SSLCert"):
        fetcher(port, None).get(f"https://{HOST}/", timeout_s=5)


def _drip(connection: ssl.SSLSocket, start: bytes, stop: threading.Event) -> None:
    connection.sendall(start)
    while not stop.wait(0.02):
        connection.sendall(b"a")


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n"])
def test_who_drips_a_byte_at_a_time_is_left_at_the_deadline(certificate: Path, start: bytes):
    stop = threading.Event()
    with serving(certificate, lambda connection: _drip(connection, start, stop)) as port:
        with pytest.raises(SourceUnavailable, match="in time"):
            fetcher(port, certificate).get(f"https://{HOST}/", timeout_s=0.3)
        stop.set()


def test_who_never_answers_is_left_at_the_deadline(certificate: Path):
    stop = threading.Event()

    def answer(connection: ssl.SSLSocket) -> None:
        stop.wait(10)

    with serving(certificate, answer) as port:
        with pytest.raises(SourceUnavailable, match="in time"):
            fetcher(port, certificate).get(f"https://{HOST}/", timeout_s=0.3)
        stop.set()


def test_what_is_no_http_is_a_source_that_fails(certificate: Path):
    def answer(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"SSH-2.0\r\n")

    with serving(certificate, answer) as port, pytest.raises(SourceUnavailable):
        fetcher(port, certificate).get(f"https://{HOST}/", timeout_s=5)


def test_a_port_where_nobody_listens_is_a_source_that_fails(certificate: Path):
    with serving(certificate, lambda connection: None) as port:
        pass
    with pytest.raises(SourceUnavailable):
        fetcher(port, certificate).get(f"https://{HOST}/", timeout_s=5)
