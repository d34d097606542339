"""Texts that may hold material beside the request, and their ends, at one of which the request mostly stands."""

from __future__ import annotations

from collections.abc import Sequence

from classifier.words import Word

ONE_BREATH = 250
"""Characters up to which a text of one line is taken to be all request."""

EDGE_WORDS = 40
"""Words of a text's first and last block that count as such."""


def is_laden(text: str) -> bool:
    """Whether there is room for anything beside the request: more than one line, or more than a few sentences."""
    return len(text) > ONE_BREATH or "\n" in text.strip()


def edges(text: str, words: Sequence[Word]) -> tuple[int, int]:
    """How many words from the first on, and how many up to the last, are those of a laden text's first and last block
    that count; else none."""
    if not words or not is_laden(text):
        return 0, 0
    gap = _gap(text.strip())
    first_end, last_start = text.find(gap, words[0].start), text.rfind(gap, 0, words[-1].end)
    first = sum(first_end < 0 or word.end <= first_end for word in words[:EDGE_WORDS])
    last = sum(word.start >= last_start for word in words[-EDGE_WORDS:])
    return first, last


def blocks(text: str) -> tuple[str, ...]:
    """A laden text's first block, what stands between, and its last block; of any other text, itself."""
    stripped = text.strip()
    gap = _gap(stripped)
    first, _, rest = stripped.partition(gap)
    middle, _, last = rest.rpartition(gap)
    return tuple(block for block in (first, middle, last) if block)


def _gap(stripped: str) -> str:
    """What separates blocks: blank lines, or line ends where there are none."""
    return "\n\n" if "\n\n" in stripped else "\n"
