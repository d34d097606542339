"""The real transport: one GET over TLS with the standard library's client.

`http.client` with `ssl` is what Python has at hand: nothing is added to a function's package or to its start.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from llm_router.adapters.connecting import addresses, connected
from llm_router.adapters.fetch import CHUNK


@dataclass(frozen=True, slots=True)
class HttpsTransport:
    """A `Transport`. Certificates are verified against the system's authorities unless `context` says otherwise."""

    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    port: int = 443

    def get(self, host: str, target: str, headers: Mapping[str, str], timeout_s: float) -> HttpsReply:
        """Sends the request and waits for the head of the answer, within the time-out in all, which begins when the
        name is looked up. Raises OSError."""
        found = addresses(host, self.port)
        until = time.monotonic() + timeout_s
        plain = connected(found, timeout_s)
        plain.settimeout(timeout_s)
        connection = http.client.HTTPSConnection(host, self.port, context=self.context)
        secured = self.context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        connection.sock = secured
        watchdog = _Watchdog(secured, max(0.0, until - time.monotonic()))
        try:
            secured.do_handshake()
            connection.request("GET", target, headers={**headers, "connection": "close"})
            return HttpsReply(connection, connection.getresponse(), watchdog)
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            watchdog.calm()
            if watchdog.bit:
                raise TimeoutError from failure
            raise failure if isinstance(failure, OSError) else ConnectionError(type(failure).__name__) from failure


class _Watchdog:
    """Ends a connection that takes too long in all, however steadily it drips. Socket time-outs cannot do that."""

    def __init__(self, connection: socket.socket, timeout_s: float) -> None:
        self.bit = False
        self._socket = connection
        self._timer = threading.Timer(timeout_s, self._bite)
        self._timer.daemon = True
        self._timer.start()

    def _bite(self) -> None:
        self.bit = True
        try:
            # Below TLS, whose own end would take away what a handshake or a read in another thread is using.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            return

    def calm(self) -> None:
        self._timer.cancel()


@dataclass(frozen=True, slots=True)
class HttpsReply:
    """A `Reply`."""

    _connection: http.client.HTTPConnection
    _response: http.client.HTTPResponse
    _watchdog: _Watchdog

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self._response.getheaders()}

    def chunks(self) -> Iterator[bytes]:
        while True:
            try:
                chunk = self._response.read1(CHUNK)
            except http.client.HTTPException as failure:
                raise ConnectionError(type(failure).__name__) from failure
            finally:
                if self._watchdog.bit:
                    raise TimeoutError
            if not chunk:
                if self._response.length:
                    raise ConnectionError("IncompleteRead")
                return
            yield chunk

    def close(self) -> None:
        self._watchdog.calm()
        self._connection.close()
