"""`make bench`: everything that this project promises of speed and size, measured in one run on this machine."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench import cold_start, in_process, layers, monthly_cost, over_http, ranking
from tests.bench.pictures import growth_svg
from tests.bench.processes import descendants, memory
from tests.bench.prompts import typed_prompts
from tests.bench.report import FOLDER, Report
from tests.bench.workload import Workload
from tests.support.running import Running, running_service


def main() -> int:
    """Print every table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", action="store_true", help="also build both layers and tell their sizes")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each throughput run")
    options = parser.parse_args()
    report = Report()
    stages = in_process.stages()
    report.times("One new prompt of 8 to 30 words, in process", stages, "session")
    _served(report, options.seconds)
    _rest(report)
    _bill(report, stages["route_handler"].p50)
    if options.layers:
        report.table("Layers, unzipped", ("layer", "MB"), layers.sizes(FOLDER / "layers").items())
    report.save("bench")
    return 0


def _served(report: Report, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as running:
        address = f"{running.url()}/classify"
        report.times("One new prompt over HTTP, one connection", over_http.latency({"make run": address}), "make run")
        typed = over_http.latency({"make run": address}, typed_prompts)
        report.times("One held-out prompt as typed over HTTP, one connection", typed, "make run")
        _lengths(report, address)
        rows = [over_http.throughput(address, count, seconds) for count in over_http.CONNECTIONS]
        report.table("Throughput of new prompts over HTTP", tuple(rows[0]), [tuple(row.values()) for row in rows])
        report.figures["throughput"] = rows
        _memory(report, running)


def _memory(report: Report, running: Running) -> None:
    held = [memory(pid) for pid in descendants(running.process.pid)]
    rows = [(f"process {number}", each.peak, each.pss) for number, each in enumerate(held)]
    whole = ("all together", "", sum(each.pss for each in held))
    report.table("Memory of `make run` under load", ("process", "peak MB", "PSS MB"), [*rows, whole])
    report.figures["memory of make run"] = {"pss_mb": round(sum(each.pss for each in held), 1)}


def _lengths(report: Report, address: str) -> None:
    inside = in_process.by_length()
    outside = over_http.by_length(address, in_process.LENGTHS)
    rows = [
        (f"{length:,}", times["session"].p50, times["classifier"].p50, outside[length].p50)
        for length, times in inside.items()
    ]
    million = in_process.million_characters()
    report.table(
        "By length of the prompt, p50 ms",
        ("tokens", "session", "classifier", "over HTTP"),
        [*rows, ("a million characters", "", million.p50, "")],
    )
    report.figures["by length"] = {row[0]: row[1:] for row in rows} | {"million characters": million.p50}
    lines = {
        "bare session": [(length, times["session"].p50) for length, times in inside.items()],
        "classifier": [(length, times["classifier"].p50) for length, times in inside.items()],
        "over HTTP": [(length, times.p50) for length, times in outside.items()],
    }
    report.picture("length", growth_svg("Cost of a prompt by its length", "tokens", "ms", lines))


def _rest(report: Report) -> None:
    ranked = ranking.by_size()
    report.times("Ranking by active models", {str(size): times for size, times in ranked.items()}, "100")
    points = [(size, times.p50) for size, times in ranked.items()]
    report.picture("ranking", growth_svg("Ranking by catalogue size", "active models", "ms", {"ranking": points}))
    rows = []
    for function in cold_start.FIRST_REQUESTS:
        _, *starts = (cold_start.cold_start(function, {}) for _ in range(6))
        first = statistics.median(each.first_ms for each in starts)
        used = statistics.median(each.processor_ms for each in starts)
        rows.append((function, min(each.first_ms for each in starts), first, used, starts[0].memory.peak))
    heads = ("function", "least ms", "p50 ms", "of which processor ms", "peak MB")
    report.table("Cold start, from exec to the first answer", heads, rows)
    report.figures["cold start"] = {row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in rows}


def _bill(report: Report, handler_ms: float) -> None:
    """A month of a million routes, none of them repeated, by the handler's time as it was measured now."""
    load = Workload(new_ms=handler_ms, hit_rate=0.0)
    lines = monthly_cost.bill(1_000_000, monthly_cost.Options(), load, monthly_cost.prices())
    total = sum(lines.values())
    report.table("A month of a million new prompts, USD", ("what", "USD"), [*lines.items(), ("all together", total)])
    report.figures["usd for a million routes"] = round(total, 2)


if __name__ == "__main__":
    sys.exit(main())
