"""Rows of pasted tables: data that a request is about, and no part of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from classifier.normalise import HEAD_CHARACTERS, Prompt

LEAST_ROWS, _LEAST_OF_LONG = 20, 6
"""Lines in a row with as many separators, from where on they are a table, and in a text too long to be read whole; what
a problem is stated in, as a matrix or the points of a curve, are mostly fewer."""

LEAST_NUMBERS = _LEAST_OF_LONG
"""Numbers in a text below which it is not looked at for a table."""

_NUMBER = re.compile(r"\d[\d.,]*")


class Rows(NamedTuple):
    """The characters of all rows, and the numbers that are read in them."""

    characters: int = 0
    numbers: int = 0


NO_ROWS = Rows()


def rows_of(prompt: Prompt) -> Rows:
    """Those of a prompt's tables. What was left out of a long one between rows is taken for rows, too."""
    least = _LEAST_OF_LONG if prompt.is_cut else LEAST_ROWS
    if prompt.text.count("\n") + 1 < least or sum(_separators(prompt.text)) < least:
        return NO_ROWS
    lines = prompt.text.split("\n")
    rows = list(_rows(lines, least))
    if not rows:
        return NO_ROWS
    left_out = 0
    if prompt.is_cut and _characters(lines[: rows[0]]) < HEAD_CHARACTERS < _characters(lines[: rows[-1]]):
        rows = list(range(rows[0], rows[-1] + 1))
        left_out = max(0, prompt.length - len(prompt.text))
    table = "\n".join(lines[row] for row in rows)
    return Rows(len(table) + 1 + left_out, len(_NUMBER.findall(table)))


def _characters(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)


def _rows(lines: Sequence[str], least: int) -> Iterator[int]:
    last = 0
    for separators, run in itertools.groupby(map(_cells, lines)):
        first, last = last, last + sum(1 for _ in run)
        if last - first >= least and any(separators):
            yield from range(first, last)


def _separators(line: str) -> tuple[int, ...]:
    """How many commas and the like."""
    count = line.count
    return count(","), count("\t"), count("|"), count(";")


def _cells(line: str) -> tuple[int, ...]:
    """The same of a row; none where the line says what something comes to, as code and its examples do."""
    return () if "=" in line else _separators(line)
