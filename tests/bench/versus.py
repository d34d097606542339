"""`make bench-reference`: this project beside the service that the reference design describes, in one run.

The two take turns, with `IN_A_ROW` requests each; throughput is measured of one after the other, again in turn.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import cold_start, over_http
from tests.bench.processes import descendants, memory
from tests.bench.prompts import new_prompts, typed_prompts
from tests.bench.report import Report
from tests.support.loopback import free_port
from tests.support.running import ROOT, running_service

OURS, REFERENCE = "this project", "reference"
STARTS = 3
IN_A_ROW, TURNS = 10, 60
"""Requests in a turn, and turns. Were it one request, each would find the processors' caches full of the other's
weights and the other's threads still spinning, which no user has; what that gives stands beside it."""
READY_WITHIN_S = 120
QUIET_S = 0.05
"""A service that answers one request within so many seconds has no others to answer."""


@dataclass(frozen=True)
class Compared:
    """One figure of both; less is better unless it says otherwise."""

    what: str
    ours: float
    theirs: float
    more_is_better: bool = False

    @property
    def times_better(self) -> float:
        return self.ours / self.theirs if self.more_is_better else self.theirs / self.ours


@contextmanager
def reference(python: str) -> Iterator[tuple[int, int, float]]:
    """The reference's service: its process, its port, and the seconds from exec to its first answer."""
    port = free_port()
    began = time.perf_counter()
    command = [python, "tests/bench/reference_service.py", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)  # it shows progress bars
    try:
        _first_answer(port, process)
        yield process.pid, port, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=20)


def _first_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_WITHIN_S)
        try:
            connection.request("POST", "/classify", '{"prompt": "hello"}', {"content-type": "application/json"})
            if connection.getresponse().status == 200:
                return
        except ConnectionError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise RuntimeError("the reference's service did not start")


def main() -> int:
    """Print what both need and the ratios; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="the interpreter of the environment that holds the reference")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each throughput run")
    options = parser.parse_args()
    report = Report()
    found = [_starts(options.python)]
    with (
        tempfile.TemporaryDirectory() as folder,
        reference(options.python) as (pid, port, _),
        running_service(Path(folder)) as running,
    ):
        address, other = f"{running.url()}/classify", f"http://127.0.0.1:{port}/classify"
        both = {OURS: address, REFERENCE: other}
        measured = {
            "as typed": over_http.latency(both, typed_prompts, TURNS, IN_A_ROW),
            "new": over_http.latency(both, new_prompts, TURNS, IN_A_ROW),
            "as typed, taking turns at each": over_http.latency(both, typed_prompts),
            "new, taking turns at each": over_http.latency(both, new_prompts),
        }
        for name, times in measured.items():
            report.times(f"One prompt over HTTP, {name}, one connection", times, OURS)
            ours, theirs = times[OURS], times[REFERENCE]
            found.append(Compared(f"one prompt over HTTP, {name}, p50 ms", ours.p50, theirs.p50))
            found.append(Compared(f"one prompt over HTTP, {name}, p99 ms", ours.p99, theirs.p99))
        found += [
            *_throughput(report, address, other, options.seconds),
        ]
        held, theirs_held = (sum(memory(each).pss for each in descendants(root)) for root in (running.process.pid, pid))
        found.append(Compared("memory of the whole service under load, PSS MB", held, theirs_held))
    rows = [(each.what, each.ours, each.theirs, f"{each.times_better:.1f}") for each in found]
    report.table("Beside the reference", ("what", "ours", "reference", "times better"), rows)
    report.figures["beside the reference"] = {each.what: asdict(each) for each in found}
    report.save("versus")
    return 0


def _starts(python: str) -> Compared:
    """Both start from a warm disk, in turn; the first start of each does not count."""
    ours, theirs = [], []
    for _ in range(STARTS + 1):
        ours.append(cold_start.cold_start("classify", {}).first_ms)
        with reference(python) as (_, _, seconds):
            theirs.append(seconds * 1000)
    return Compared(
        "from exec to the first classification, p50 ms", statistics.median(ours[1:]), statistics.median(theirs[1:])
    )


def _undisturbed(address: str, connections: int, seconds: float, both: Sequence[str]) -> dict[str, float]:
    """Throughput once neither has anything left to do for the callers of the last run, who have gone."""
    for each in both:
        line = over_http.Line(each, new_prompts(time.time_ns()))
        while _seconds(line) > QUIET_S:
            pass
    return over_http.throughput(address, connections, seconds)


def _seconds(line: over_http.Line) -> float:
    started = time.perf_counter()
    line()
    return time.perf_counter() - started


def _throughput(report: Report, address: str, other: str, seconds: float) -> Iterator[Compared]:
    rows = []
    for connections in over_http.CONNECTIONS:
        ours, theirs = (_undisturbed(each, connections, seconds, (address, other)) for each in (address, other))
        rows.append((connections, ours["per_second"], theirs["per_second"], ours["p99_ms"], theirs["p99_ms"]))
        yield Compared(
            f"new prompts a second, {connections} connections",
            ours["per_second"],
            theirs["per_second"],
            more_is_better=True,
        )
    heads = ("connections", "ours per s", "reference per s", "ours p99 ms", "reference p99 ms")
    report.table("Throughput of new prompts", heads, rows)
    report.figures["throughput"] = [dict(zip(heads, row, strict=True)) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
