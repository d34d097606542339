"""What this process uses, as the operating system tells it."""

from __future__ import annotations

import multiprocessing
import os
import resource
import secrets
import threading
from pathlib import Path

from llm_router.processes import ProcessUsage

_OWN = Path("/proc/self")


def name(function: str) -> str:
    """A name that no other process has: the function and random letters on Lambda, the worker and its number locally.

    On Lambda nothing that is known at start will do: instances restored from one snapshot would share it.
    """
    if function:
        return f"{function} {secrets.token_hex(4)}"
    return f"{multiprocessing.current_process().name} ({os.getpid()})"


def usage(memory_limit: int | None) -> ProcessUsage:
    """The usage of now; takes well under a millisecond."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    files = _open_files()
    return ProcessUsage(
        memory=_resident(),
        memory_limit=memory_limit,
        cpu_s=spent.ru_utime + spent.ru_stime,
        threads=threading.active_count(),
        open_files=None if files is None else len(files),
        connections=None if files is None else sum(target.startswith("socket:") for target in files),
    )


def _resident() -> int | None:
    try:
        return int((_OWN / "statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None


def _open_files() -> list[str] | None:
    """What each open descriptor points to; None where the system does not tell."""
    try:
        names = os.listdir(_OWN / "fd")  # noqa: PTH208 - names alone, without a Path for each
    except OSError:
        return None
    found = []
    for each in names:
        try:
            found.append(os.readlink(_OWN / "fd" / each))  # noqa: PTH115
        except OSError:
            continue
    return found
