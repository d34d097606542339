"""What is done to each matrix on the way to eight bits, and for which processor."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from training.build.network import LAYERS


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
    if sys.platform == "linux" and cpu_flags.is_file() and "vnni" in cpu_flags.read_text():
        return Target.X86_64_VNNI
    return Target.X86_64


@dataclass(frozen=True, slots=True)
class Plan:
    """The target and which second feed-forward projections are quantised block by block.

    The middle layers' hold outliers in a few tokens that one range for the whole activation cannot hold.
    """

    target: Target
    blockwise: frozenset[int] = frozenset(range(1, LAYERS - 1))
    block: int = 64
