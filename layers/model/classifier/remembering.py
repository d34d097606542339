"""Remembers what was found out about words: most of what people write is a few thousand words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

KNOWN_WORDS = 4096
"""Words of which is remembered what was found out, at least; at most twice as many, in some megabytes."""

LONGEST_KNOWN = 32
"""Letters of a word that is remembered: what is longer is no word, and could be sent to fill the memory."""


class Remembered(dict[str, Found]):
    """`remembered[word]` is what `find` gives for the word, which must be the same whenever it is asked.

    A dictionary answers faster than any function could. The words that were asked for last stay: when it is full, its
    words become the earlier ones, which come back when they are asked for, and those that were earlier are forgotten.
    """

    def __init__(self, find: Callable[[str], Found]) -> None:
        super().__init__()
        self._find = find
        self._earlier: dict[str, Found] = {}

    def __missing__(self, word: str) -> Found:
        earlier = self._earlier
        found = earlier[word] if word in earlier else self._find(word)
        if len(word) <= LONGEST_KNOWN:
            if len(self) >= KNOWN_WORDS:
                self._earlier = dict(self)
                self.clear()
            self[word] = found
        return found
