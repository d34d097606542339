"""Load and soak: `python -m tests.bench.load [SECONDS] [REQUESTS]` prints a table of both.

Load: 100 connections for so many seconds, with malformed and broken-off requests among them and a Redis that is
killed and brought back every few seconds. Soak: so many requests over 20 connections, with the memory, the descriptors
and the threads of all processes watched from the end of the warm-up on.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import threading
from pathlib import Path

from tests.support.loopback import free_port
from tests.support.running import Running, running_service
from tests.support.traffic import Outcome, Usage, load, settled
from tests.support.valkey import running as valkey

CONNECTIONS, SOAKING = 100, 20
EVERY_S = 5.0
STEPS = 5


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


def soaked(service: Running, requests: int) -> list[Usage]:
    """What is held after the warm-up, which is a fifth, and after each further fifth; connections closed each time."""
    found = []
    for _ in range(STEPS):
        asyncio.run(load(service.url(), connections=SOAKING, requests=requests // STEPS))
        found.append(asyncio.run(settled(service.process.pid)))
    return found


def tell(outcome: Outcome) -> None:
    cuts = statistics.quantiles(outcome.ms, n=100)
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(outcome.statuses.items()))
    print(f"answers            {counts}")
    print(f"unexpected 5xx     {outcome.unexpected}")
    print(f"shed without Retry-After {outcome.silent}")
    print(f"broken off by us   {outcome.broken_off}")
    print(f"lost               {outcome.lost}")
    print(f"ms p50/p95/p99     {cuts[49]:.1f} / {cuts[94]:.1f} / {cuts[98]:.1f}")


def main() -> None:
    """Run both."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    redis = free_port()
    settings = {"REDIS_URL": f"redis://127.0.0.1:{redis}/0", "LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder), **settings) as service:
        print(f"-- {CONNECTIONS} connections for {seconds:g} s, faults injected")
        tell(loaded(service, redis, seconds))
        print(f"-- {requests} requests over {SOAKING} connections")
        print(f"{'requests':>10}{'MB':>8}{'fds':>6}{'threads':>9}")
        for step, held in enumerate(soaked(service, requests), start=1):
            done = requests * step // STEPS
            print(f"{done:>10}{held.memory / 1e6:>8.1f}{held.descriptors:>6}{held.threads:>9}")


if __name__ == "__main__":
    main()
