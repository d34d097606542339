"""What an installed wheel can do: the command line, with the packages that `pyproject.toml` names and their own."""

from __future__ import annotations

import tomllib

from tests.support.packages import ROOT, problem_of_importing, with_its_own


def test_the_command_line_needs_the_declared_packages_and_no_others():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    needed = frozenset(found for name in declared for found in with_its_own(name))
    assert problem_of_importing("llm_router.cli.__main__", needed) == ""
    assert "fastapi" not in needed
