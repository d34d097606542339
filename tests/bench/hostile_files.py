"""What looking at files takes that were made to take long: `python -m tests.bench.hostile_files`."""

from __future__ import annotations

import time

from tests.bench.report import Report
from tests.support.hostile_pdfs import HOSTILE
from tests.support.pdfs import page, pdf, seen

RUNS = 3


def main() -> None:
    """Print the best of some runs of each, in milliseconds of processor time, the dearest first."""
    files = {name: pdf(page(3, b"4 0 R"), objects) for name, objects in HOSTILE.items()}
    taken = sorted(
        ((min(_milliseconds(file) for _ in range(RUNS)), name) for name, file in files.items()), reverse=True
    )
    Report().table("Hostile PDFs", ("what", "ms"), [(name, ms) for ms, name in taken])


def _milliseconds(file: bytes) -> float:
    began = time.process_time()
    seen(file)
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
