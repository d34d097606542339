"""A connection on which a test sends any bytes at all, and reads HTTP answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader

from tests.support.loopback import HOST
from tests.support.service import Reply

WITHIN_S = 20.0


@dataclass(frozen=True)
class Connection:
    """What the server sends within 20 s; later is a failure."""

    socket: socket.socket
    file: BufferedReader

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self) -> Reply:
        """The next answer, whole: as long as it says, in chunks, or until the connection ends."""
        first, *lines = self._head()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self.file.read(int(headers.get("content-length", -1)))
        return Reply(int(first.split()[1]), headers, body)

    @property
    def ended(self) -> bool:
        """Whether the server closes without another byte; waits for it."""
        try:
            return self.file.read(1) == b""
        except ConnectionError:
            return True

    def _head(self) -> list[str]:
        lines = iter(lambda: self.file.readline().decode("latin-1").rstrip("\r\n"), "")
        return list(lines)

    def _chunk(self) -> bytes:
        chunk = self.file.read(int(self.file.readline(), 16))
        self.file.readline()
        return chunk


@contextmanager
def connected(port: int) -> Iterator[Connection]:
    """A new connection, closed when the block ends."""
    with socket.create_connection((HOST, port), timeout=WITHIN_S) as opened, opened.makefile("rb") as file:
        yield Connection(opened, file)


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """A request of HTTP/1.1, with the length of its body where it has one."""
    length = [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([f"{line} HTTP/1.1", "Host: localhost", *headers, *length, "", ""]).encode("latin-1") + body
