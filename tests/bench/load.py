"""Load, long prompts and soak: `python -m tests.bench.load [SECONDS] [REQUESTS]` prints a table in Markdown.

Load: 100 connections for so many seconds, with malformed and broken-off requests among them and a Redis that is
killed and brought back every few seconds. Long prompts: short ones alone and beside long ones, in turns. Soak: so many
requests over 20 connections, with the memory, the descriptors and the threads of all processes watched from the end of
the warm-up on.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.support.loopback import free_port
from tests.support.running import Running, running_service
from tests.support.traffic import Outcome, Usage, load, settled
from tests.support.valkey import running as valkey

CONNECTIONS, SOAKING = 100, 20
EVERY_S = 5.0
STEPS = 5
PATIENT, TURNS, PER_TURN, LONG_SHARE = 8, 5, 400, 0.2


def killing(port: int, over: threading.Event) -> None:
    """A Redis that is there for a while and then not, over and over."""
    while not over.is_set():
        with valkey(port):
            over.wait(EVERY_S)
        over.wait(EVERY_S)


def loaded(service: Running, redis: int, seconds: float) -> Outcome:
    over = threading.Event()
    killer = threading.Thread(target=killing, args=(redis, over))
    killer.start()
    try:
        return asyncio.run(load(service.url(), connections=CONNECTIONS, requests=10**9, seconds=seconds))
    finally:
        over.set()
        killer.join()


def soaked(service: Running, requests: int) -> Iterator[Usage]:
    """What is held after the warm-up, which is a fifth, and after each further fifth; connections closed each time."""
    for _ in range(STEPS):
        asyncio.run(load(service.url(), connections=SOAKING, requests=requests // STEPS))
        yield asyncio.run(settled(service.process.pid))


def beside_long(service: Running) -> tuple[float, float, float]:
    """The p50 of short prompts alone, beside long ones, and of those; the two take turns, since machines have moods."""
    alone, beside, long = [], [], []
    for _ in range(TURNS):
        alone += asyncio.run(load(service.url(), connections=PATIENT, requests=PER_TURN)).ms
        found = asyncio.run(load(service.url(), connections=PATIENT, requests=PER_TURN, long_share=LONG_SHARE))
        beside += found.ms
        long += found.long_ms
    return statistics.median(alone), statistics.median(beside), statistics.median(long)


def tell_load(outcome: Outcome, seconds: float) -> None:
    cuts = statistics.quantiles(outcome.ms, n=100)
    counts = ", ".join(f"{count:,} × {status}" for status, count in sorted(outcome.statuses.items()))
    print(f"| {CONNECTIONS} connections for {seconds:g} s, Redis killed every {2 * EVERY_S:g} s | answers | {counts} |")
    print(f"| | unexpected 5xx, shed without Retry-After | {outcome.unexpected}, {outcome.silent} |")
    print(f"| | broken off by the client, lost by the server | {outcome.broken_off:,}, {outcome.lost} |")
    print(f"| | ms p50, p95, p99 | {cuts[49]:.0f}, {cuts[94]:.0f}, {cuts[98]:.0f} |")


def tell_soak(found: Iterator[Usage], requests: int) -> None:
    first = last = next(found)
    for step, last in enumerate(found, start=2):
        print(f"{requests * step // STEPS:,} requests: {last}", file=sys.stderr)
    grown = last.memory / first.memory - 1
    print(f"| {requests:,} requests over {SOAKING} connections | MB after a fifth and after all | ", end="")
    print(f"{first.memory / 1e6:.0f}, {last.memory / 1e6:.0f} ({grown:+.1%}) |")
    print(f"| | descriptors | {first.descriptors}, {last.descriptors} |")
    print(f"| | threads | {first.threads}, {last.threads} |")


def tell_long(alone: float, beside: float, long: float) -> None:
    case = f"{PATIENT} connections, {LONG_SHARE:.0%} of prompts 32,000 characters long"
    print(f"| {case} | ms p50 of the long ones | {long:.1f} |")
    moved = f"{beside / alone - 1:+.0%}"
    print(f"| | ms p50 of the short ones, alone and beside those | {alone:.1f}, {beside:.1f} ({moved}) |")


def main() -> None:
    """Run all three."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    redis = free_port()
    settings = {"REDIS_URL": f"redis://127.0.0.1:{redis}/0", "LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder), **settings) as service:
        print("| load | | found |\n|---|---|---:|")
        tell_load(loaded(service, redis, seconds), seconds)
        tell_long(*beside_long(service))
        tell_soak(soaked(service, requests), requests)


if __name__ == "__main__":
    main()
