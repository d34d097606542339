"""A load generator in a process of its own: `python -m tests.bench.connections ADDRESS CONNECTIONS SECONDS`.

Every connection sends a new prompt as soon as its last one is answered. Prints JSON: answers a second, how many were
shed with 503 or 429, how many the rules gave alone, which is quicker and not what is measured, and the milliseconds of
the others. Plain sockets, because it shares the processors with what it measures.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from tests.bench.prompts import new_prompts
from tests.bench.timing import WITHOUT_MODEL

FEWEST = 20
"""Answers that a run waits for, however slow the service is: fewer have no quantiles."""

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Connection:
    """One connection and what it has received of its current answer."""

    line: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def complete(self) -> bytes | None:
        """The status once the answer is whole."""
        head, found, body = bytes(self.received).partition(b"\r\n\r\n")
        if not found:
            return None
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return None
        return head[9:12]


def requests(address: SplitResult) -> Iterator[bytes]:
    """Whole requests, head and body, each with a new prompt."""
    for prompt in new_prompts(time.time_ns()):
        body = json.dumps({"prompt": prompt}).encode()
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def run(address: SplitResult, connections: int, seconds: float) -> dict[str, float]:
    """The figures of one run."""
    ready, stream = selectors.DefaultSelector(), requests(address)
    for _ in range(connections):
        line = socket.create_connection((address.hostname, address.port), timeout=60)
        ready.register(line, selectors.EVENT_READ, Connection(line))
    started = time.perf_counter()
    for key in list(ready.get_map().values()):
        _send(key.data, stream)
    times: list[float] = []
    shed = by_rules = 0
    while (now := time.perf_counter()) - started < seconds or len(times) < FEWEST:
        for key, _ in ready.select(timeout=1):
            connection: Connection = key.data
            connection.received += connection.line.recv(65_536)
            if (status := connection.complete()) is None:
                continue
            if status == b"200" and WITHOUT_MODEL in connection.received:
                by_rules += 1
            elif status == b"200":
                times.append((time.perf_counter() - connection.sent_at) * 1000)
            elif status in (b"503", b"429"):
                shed += 1
            else:
                raise RuntimeError(f"answered {status.decode()}")
            _send(connection, stream)
    for key in list(ready.get_map().values()):
        key.data.line.close()
    cuts = statistics.quantiles(times, n=100)
    return {
        "connections": connections,
        "per_second": round(len(times) / (now - started), 1),
        "shed": shed,
        "by_rules": by_rules,
        "p50_ms": round(cuts[49], 2),
        "p99_ms": round(cuts[98], 2),
    }


def _send(connection: Connection, stream: Iterator[bytes]) -> None:
    connection.received.clear()
    connection.sent_at = time.perf_counter()
    connection.line.sendall(next(stream))


def main() -> None:
    print(json.dumps(run(urlsplit(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))


if __name__ == "__main__":
    main()
