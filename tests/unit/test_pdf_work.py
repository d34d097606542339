"""Looking at a PDF is little work, whatever it holds; `python -m tests.bench.hostile_files` measures what it takes."""

from __future__ import annotations

import pytest

from tests.support.hostile_pdfs import HOSTILE
from tests.support.pdfs import page, pdf, seen
from tests.support.steps import lines_run

MOST_LINES = 1_000_000


@pytest.mark.parametrize("objects", HOSTILE.values(), ids=HOSTILE)
def test_looking_at_it_is_little_work_whatever_it_holds(objects: bytes):
    file = pdf(page(3, b"4 0 R"), objects)
    assert lines_run(lambda: seen(file)) < MOST_LINES
