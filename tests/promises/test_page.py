"""No promise without a test, no test that is not there, and a page that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.page import COMMAND, PAGE, ROOT, Promise, promises, text, written_in

ROWS = promises()
NUMBERED = [f"F{number}" for number in range(1, 24)]
OTHERS = sorted(path for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_promise_is_held_by_tests_that_exist(row: Promise):
    assert row.tests, "a promise without a test"
    for test in row.tests:
        path, _, name = test.partition("::")
        assert name in written_in(ROOT / path), f"there is no {test}"


def test_every_fault_has_its_line_and_no_line_is_there_twice():
    ids = [row.id for row in ROWS]
    assert [each for each in ids if each.startswith("F")] == NUMBERED
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_every_test_of_this_folder_stands_in_a_line(path: Path):
    named = {test for row in ROWS for test in row.tests}
    written = {f"{path.relative_to(ROOT).as_posix()}::{name}" for name in written_in(path)}
    assert written <= named


def test_the_page_is_that_of_the_table():
    assert PAGE.read_text("utf-8") == text(ROWS), f"run `{COMMAND}`"
