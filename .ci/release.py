"""`make release VERSION=x.y.z`: sets the version, moves the changelog's *Unreleased* under it, commits and tags.

Refuses, with one sentence and nothing changed, when the tree is not clean, the version is no step forward, or nothing
is listed under *Unreleased*. Nothing is pushed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

VERSION_FILE = Path("shared/llm_router/__init__.py")
CHANGELOG = Path("CHANGELOG.md")
OPENAPI = Path("shared/llm_router/web/openapi.json")
UNRELEASED = "## Unreleased"


class CannotRelease(Exception):
    """Why not, in one sentence."""


def release(version: str, today: str) -> None:
    """The whole release in the current folder, which is the repository's root. Raises `CannotRelease`."""
    before = _current()
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise CannotRelease("Say which: make release VERSION=x.y.z")
    if _numbers(version) <= _numbers(before):
        raise CannotRelease(f"{version} is no step forward from {before}.")
    if _git("status", "--porcelain"):
        raise CannotRelease("The tree has changes that are not committed.")
    changelog = _moved_on(CHANGELOG.read_text("utf-8"), version, today)
    VERSION_FILE.write_text(VERSION_FILE.read_text("utf-8").replace(before, version), "utf-8")
    CHANGELOG.write_text(changelog, "utf-8")
    # The API's description tells the version.
    environment = {**os.environ, "STORE": "memory", "PYTHONPATH": "shared:layers/model"}
    subprocess.run([sys.executable, "-m", "llm_router.local.describe"], env=environment, check=True)
    _git("add", str(VERSION_FILE), str(CHANGELOG), str(OPENAPI))
    _git("commit", "--quiet", "--message", f"Release {version}")
    _git("tag", "--annotate", f"v{version}", "--message", f"Release {version}")


def _current() -> str:
    found = re.search(r'^__version__ = "([^"]+)"', VERSION_FILE.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise CannotRelease(f"{VERSION_FILE} holds no version.")
    return found.group(1)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _moved_on(changelog: str, version: str, today: str) -> str:
    """The changelog with what was unreleased under the version, and an empty *Unreleased* above it."""
    before, heading, after = changelog.partition(UNRELEASED + "\n")
    if not heading or after.lstrip().startswith("## ") or not after.strip():
        raise CannotRelease("The changelog lists nothing under Unreleased.")
    return f"{before}{UNRELEASED}\n\n## {version} ({today})\n{after}"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    try:
        release(sys.argv[1] if len(sys.argv) > 1 else "", datetime.now(UTC).date().isoformat())
    except CannotRelease as refused:
        print(refused, file=sys.stderr)
        sys.exit(1)
    print(f"Released {sys.argv[1]}. `git push --follow-tags` makes it known.")
