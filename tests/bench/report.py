"""What was measured, as Markdown tables, one JSON file for comparing runs, and pictures."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.timing import Times

FOLDER = Path(__file__).parents[2] / ".build" / "bench"


@dataclass
class Report:
    """Collects tables as they are measured and prints each at once."""

    figures: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        machine = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
        load = os.getloadavg()[0]
        self.figures["machine"] = {"is": machine, "load": round(load, 1)}
        print(f"On {machine}; load {load:.1f} as it began. Ratios hold better than milliseconds.")

    def table(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print one table."""
        lines = [[_cell(cell) for cell in row] for row in rows]
        print(f"\n### {title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
        for line in lines:
            print(f"| {' | '.join(line)} |", flush=True)

    def times(self, title: str, measured: Mapping[str, Times], base: str) -> None:
        """Times by name, with the ratio of medians to the one named `base`; kept under the title."""
        rows = [
            (name, found.least, found.p50, found.p99, f"{found.p50 / measured[base].p50:.2f}")
            for name, found in measured.items()
        ]
        self.table(title, ("what", "least ms", "p50 ms", "p99 ms", f"p50 to {base}"), rows)
        self.figures[title] = {name: found.row() for name, found in measured.items()}

    def picture(self, name: str, svg: str) -> None:
        """Write one picture beside the figures."""
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")

    def save(self, name: str) -> None:
        """Write the figures."""
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(self.figures, indent=1) + "\n", "utf-8")
        print(f"\nFigures and pictures are in {path.parent}.")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    return str(value)
