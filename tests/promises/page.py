"""The page of promises: `python -m tests.promises.page` writes docs/promises.md from promises.toml."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("promises.toml")
PAGE = ROOT / "docs" / "promises.md"
TITLES = {"F": "Faults", "B": "Bad input", "S": "Security", "L": "Load"}
COMMAND = "make promises"
HEAD = f"""# What holds when things go wrong

Each line is a promise and the tests that hold it. "Same answer" is the answer without the fault, but for `degraded`
and timings. Made from `tests/promises/promises.toml` by `{COMMAND}`; a promise without a test fails the suite.
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """One line. `tests` are `path::name`, the path from the root of the project."""

    id: str
    case: str
    promise: str
    tests: tuple[str, ...]


def promises() -> list[Promise]:
    """Every promise, in the order of the table. Raises `TypeError` for a row with a field too many or too few."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["promise"]
    return [Promise(**{**row, "tests": tuple(row["tests"])}) for row in rows]


@cache
def written_in(path: Path) -> frozenset[str]:
    """The names of the tests that a module defines. Empty for a module that is not there."""
    if not path.is_file():
        return frozenset()
    body = ast.parse(path.read_text("utf-8")).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    assigned = {
        target.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return frozenset(name for name in functions | assigned if name.startswith(("test_", "Test")))


def text(rows: Iterable[Promise]) -> str:
    """The page."""
    parts = [HEAD]
    for letter, group in groupby(rows, key=lambda row: row.id[0]):
        lines = [f"| {row.id} | {row.case} | {row.promise} | {_held_by(row)} |" for row in group]
        parts.append(f"## {TITLES[letter]}\n\n| # | case | promise | held by |\n|---|---|---|---|\n" + "\n".join(lines))
    return "\n".join((parts[0], "\n\n".join(parts[1:]))) + "\n"


def _held_by(row: Promise) -> str:
    """The tests by module, each module linked once."""
    modules = []
    for path, tests in groupby(row.tests, key=lambda test: test.partition("::")[0]):
        names = ", ".join(f"`{test.partition('::')[2]}`" for test in tests)
        modules.append(f"[{Path(path).name}](../{path}): {names}")
    return "<br>".join(modules)


if __name__ == "__main__":
    PAGE.write_text(text(promises()), "utf-8")
