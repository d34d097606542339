"""What a message is made of, and lists of phrases that are looked for in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Words = tuple[str, ...]

_NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")
"""How the names of characters begin in scripts that put no spaces between words."""


def words(text: str) -> Words:
    """Words without case, accents and punctuation; each character by itself where words are not spaced."""
    found: list[str] = []
    current = ""
    for character in unicodedata.normalize("NFKD", text).casefold():
        category = unicodedata.category(character)
        if category == "Mn" or character in "'’":
            continue
        alone = category == "Lo" and unicodedata.name(character, "").startswith(_NO_SPACES)
        if alone or category[0] not in "LNM":
            if current:
                found.append(current)
            current = ""
        if alone:
            found.append(character)
        elif category[0] in "LNM":
            current += character
    return (*found, current) if current else tuple(found)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their first words."""

    by_first: Mapping[str, tuple[Words, ...]]

    def ends(self, said: Words, start: int) -> Iterator[int]:
        """Where each of the phrases that begin at `start` ends."""
        for phrase in self.by_first.get(said[start], ()):
            end = start + len(phrase)
            if said[start:end] == phrase:
                yield end

    def begin(self, said: Words, start: int = 0) -> bool:
        """Whether one of them begins at `start`."""
        return start < len(said) and any(True for _ in self.ends(said, start))

    def are_in(self, said: Words) -> bool:
        """Whether one of them stands anywhere."""
        return any(self.begin(said, start) for start in range(len(said)))


def phrases(listed: Iterable[str]) -> Phrases:
    """These, to be looked for."""
    by_first: dict[str, tuple[Words, ...]] = {}
    for each in map(words, listed):
        by_first[each[0]] = (*by_first.get(each[0], ()), each)
    return Phrases(by_first)
