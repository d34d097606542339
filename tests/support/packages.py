"""Importing a module where only some of the installed packages are there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ALWAYS = frozenset({"llm-router", "pip", "setuptools"})
START = "import importlib, sys; sys.modules.update(dict.fromkeys(sys.argv[2:])); importlib.import_module(sys.argv[1])"


def locked(lock: Path) -> frozenset[str]:
    """The packages of a lock file."""
    return frozenset(plain(name) for name in re.findall(r"^([\w.-]+)==", lock.read_text("utf-8"), re.MULTILINE))


def with_its_own(name: str) -> Iterator[str]:
    """A package and, all the way down, those that it needs here without its extras."""
    yield plain(name)
    for needed in map(Requirement, requires(name) or ()):
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield from with_its_own(needed.name)


def problem_of_importing(module: str, packages: frozenset[str]) -> str:
    """What is wrong when a process that has these packages alone imports the module; empty where nothing is."""
    there = packages | ALWAYS
    gone = [name for name, found in packages_distributions().items() if there.isdisjoint(map(plain, found))]
    assert "pytest" in gone
    done = subprocess.run([sys.executable, "-c", START, module, *gone], cwd=ROOT, capture_output=True, check=False)
    return done.stderr.decode()[-1000:] if done.returncode else ""


def plain(name: str) -> str:
    """A package's name as the index normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()
