"""What the processes of a service hold and use: their peak, their share of shared pages, processor time (Linux)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Megabytes. `pss` counts a page that several processes share by its share."""

    peak: float
    pss: float


def memory(pid: int) -> Memory:
    """Raises `FileNotFoundError` where there is no such process, or no /proc."""
    peak = _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM")
    return Memory(peak / 1000 * 1.024, _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss") / 1000 * 1.024)


def processor_ms(pid: int) -> float:
    """Processor time that the process has used, all its threads together; what other programs do hardly changes it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000


def descendants(pid: int) -> Iterable[int]:
    """The process and everything it started, directly or not."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from descendants(int(child))


def _kilobytes(path: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", path.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
