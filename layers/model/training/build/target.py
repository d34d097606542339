"""Which processor a graph is built for."""

from __future__ import annotations

import platform
import sys
from enum import StrEnum
from pathlib import Path


class Target(StrEnum):
    """Where the graph will run.

    The portable x86-64 graph keeps weights to seven bits, because AVX2 without VNNI adds pairs of products in
    16 bits and would saturate; the others use all eight.
    """

    X86_64 = "x86_64"
    X86_64_VNNI = "x86_64-vnni"
    ARM64 = "arm64"

    @property
    def largest_weight(self) -> int:
        """The greatest absolute value of an int8 weight."""
        return 64 if self is Target.X86_64 else 127


def this_machine(cpu_flags: Path = Path("/proc/cpuinfo")) -> Target:
    """The target that suits the processor this runs on."""
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return Target.ARM64
    if sys.platform == "linux" and cpu_flags.is_file() and "vnni" in cpu_flags.read_text(encoding="utf-8"):
        return Target.X86_64_VNNI
    return Target.X86_64
