"""What is installed is what was locked: every package by hash, from no address of its own, and nothing that runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.service import ROOT

LOCKS = sorted(
    path
    for path in ROOT.rglob("*.txt")
    if "--hash=sha256:" in path.read_text("utf-8", "replace") and not {".venv", ".build"} & set(path.parts)
)
NAMED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==(\S+)")


def entries(path: Path) -> list[str]:
    """Each requirement with its continuation lines in one."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def test_the_lock_files_are_found():
    names = {path.relative_to(ROOT).as_posix() for path in LOCKS}
    assert {"shared/requirements.txt", "layers/model/requirements.txt", "tests/requirements.txt"} <= names


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_package_is_pinned_by_version_and_hash_and_names_no_address(path: Path):
    for entry in entries(path):
        assert NAMED.match(entry), entry.split()[0]
        assert "--hash=sha256:" in entry, entry.split()[0]
        assert "://" not in entry
        assert not re.search(r"\s-(i|f|-index-url|-extra-index-url|-find-links|-trusted-host|e)\b", entry)


def test_one_package_has_one_version_in_all_locks_of_one_environment():
    shipped = [path for path in LOCKS if path.parent.name in ("shared", "model", "local", "tests")]
    versions: dict[str, set[str]] = {}
    for path in shipped:
        for entry in entries(path):
            if ";" not in entry and (found := NAMED.match(entry)):
                versions.setdefault(found[1].lower(), set()).add(found[2])
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_project_ships_no_file_that_runs_by_being_there():
    shipped = [path for folder in ("shared", "layers", "functions") for path in (ROOT / folder).rglob("*")]
    assert shipped
    assert [path for path in shipped if path.suffix in (".pth", ".so", ".pkl", ".pickle")] == []
