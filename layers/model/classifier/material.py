"""Texts that may hold material beside the request, and their ends, at one of which the request mostly stands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from classifier.words import Word

ONE_BREATH = 250
"""Characters up to which a text of one line is taken to be all request."""

EDGE_WORDS = 40
"""Words of a text's first and last block that count as such."""


def is_laden(text: str) -> bool:
    """Whether there is room for anything beside the request: more than one line, or more than a few sentences."""
    return len(text) > ONE_BREATH or "\n" in text.strip()


def edges(text: str, words: Sequence[Word]) -> list[str]:
    """The words and pairs of words of a laden text's first and last block, marked with which it is; else nothing."""
    if not words or not is_laden(text):
        return []
    gap = "\n\n" if "\n\n" in text.strip() else "\n"
    first_end, last_start = text.find(gap, words[0].start), text.rfind(gap, 0, words[-1].end)
    first = [word.text for word in words[:EDGE_WORDS] if first_end < 0 or word.end <= first_end]
    last = [word.text for word in words[-EDGE_WORDS:] if word.start >= last_start]
    return [*_marked("|<", first), *_marked("|>", last)]


def _marked(mark: str, block: Sequence[str]) -> list[str]:
    return [*(f"{mark}{word}" for word in block), *(f"{mark}{one} {other}" for one, other in pairwise(block))]
