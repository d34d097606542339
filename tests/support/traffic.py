"""Traffic against a running service: many connections at once, some of them rude, and what came of each request."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter
from urllib.parse import urlsplit

SHED = (429, 503)
PATIENCE_S = 30.0
"""How long an answer is waited for before it counts as lost."""

ONE_IN_RUDE = 20
"""One request in so many is malformed, and as many are broken off in the middle of their body."""

LONG = " ".join(["and then the report goes on about what was found in the third week"] * 500)[:32_000]
"""What makes a prompt 32,000 characters long."""

SUBJECTS = ("a Python function", "a poem", "an email", "a proof", "a comparison", "a plan", "a recipe", "a joke")


@dataclass
class Outcome:
    """What came back. `silent` counts answers that shed load without saying when to come back.

    `ms` are those of answers to short prompts, `long_ms` to long ones.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    silent: int = 0
    broken_off: int = 0
    lost: int = 0
    ms: list[float] = field(default_factory=list)
    long_ms: list[float] = field(default_factory=list)

    @property
    def unexpected(self) -> int:
        """Answers that are neither what was asked for, nor a refusal of what was wrong, nor shed load."""
        return sum(count for status, count in self.statuses.items() if status >= 500 and status not in SHED)


@dataclass
class Connection:
    """One connection that is kept open and opened anew when it is gone."""

    host: str
    port: int
    random: Random
    outcome: Outcome
    long_share: float = 0.0
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def one(self) -> None:
        """One request of a client, or of somebody who is no client at all."""
        number = self.random.randrange(10**9)
        prompt = f"Write {self.random.choice(SUBJECTS)} about number {number % 5_000}"
        long = self.random.random() < self.long_share
        prompt += LONG if long else ""
        path = self.random.choice(("/route", "/classify"))
        body = json.dumps({"prompt": prompt}).encode()
        if number % ONE_IN_RUDE == 0:
            body = body[:-2]
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        started = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = await self._opened()
                if number % ONE_IN_RUDE == 1:
                    writer.write(request[: len(request) // 2])
                    await writer.drain()
                    await self.close()
                    self.outcome.broken_off += 1
                    return
                writer.write(request)
                await writer.drain()
                status, headers = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            await self.close()
            self.outcome.lost += 1
            return
        (self.outcome.long_ms if long else self.outcome.ms).append((perf_counter() - started) * 1000)
        self.outcome.statuses[status] += 1
        self.outcome.silent += status in SHED and b"retry-after" not in headers

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self.reader, self.writer

    async def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            with contextlib.suppress(OSError):
                await self.writer.wait_closed()
        self.reader = self.writer = None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and lower-cased head of one answer, whose body is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1]), head


async def load(
    url: str, *, connections: int, requests: int, seconds: float = float("inf"), long_share: float = 0.0
) -> Outcome:
    """So many connections at once until all requests are sent or the time is over; a share of the prompts is long."""
    outcome, left, split = Outcome(), iter(range(requests)), urlsplit(url)
    until = perf_counter() + seconds

    async def client(number: int) -> None:
        line = Connection(split.hostname or "", split.port or 80, Random(number), outcome, long_share)
        for _ in left:
            await line.one()
            if perf_counter() > until:
                break
        await line.close()

    await asyncio.gather(*(client(number) for number in range(connections)))
    return outcome


@dataclass(frozen=True)
class Usage:
    """What the processes of a service hold together; memory in bytes."""

    memory: int
    descriptors: int
    threads: int


def usage(pid: int) -> Usage:
    """Of a process and everything that it has started."""
    family = list(_family(pid))
    return Usage(
        memory=sum(int(_status(each, "VmRSS").split()[0]) * 1024 for each in family),
        descriptors=sum(sum(1 for _ in Path(f"/proc/{each}/fd").iterdir()) for each in family),
        threads=sum(int(_status(each, "Threads")) for each in family),
    )


async def settled(pid: int) -> Usage:
    """What is held once the service has seen that connections were closed: the least of a second."""
    found = []
    for _ in range(20):
        await asyncio.sleep(0.05)
        found.append(usage(pid))
    return min(found, key=lambda each: (each.descriptors, each.threads))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _status(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))
