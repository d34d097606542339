"""The words of a message, and the phrases that they are compared with."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

Words = tuple[str, ...]

_NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")
"""How the names of characters begin in scripts that put no spaces between words."""


def words(text: str) -> Words:
    """Words without case, accents and punctuation; each character by itself where words are not spaced, and the
    pictures by which people react to an answer."""
    found: list[str] = []
    current = ""
    for character in unicodedata.normalize("NFKD", text).casefold():
        category = unicodedata.category(character)
        if category == "Mn" or character in "'’":
            continue
        alone = category == "Lo" and unicodedata.name(character, "").startswith(_NO_SPACES)
        alone = alone or (category == "So" and character in _reactions())
        if alone or category[0] not in "LNM":
            if current:
                found.append(current)
            current = ""
        if alone:
            found.append(character)
        elif category[0] in "LNM":
            current += character
    return (*found, current) if current else tuple(found)


@cache
def listed(name: str) -> dict[str, dict[str, list[str]]]:
    """The phrases of one list, by its tables and their parts."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _reactions() -> frozenset[str]:
    """The pictures among the phrases."""
    found = "".join(each for places in listed("phrases").values() for row in places.values() for each in row)
    return frozenset(character for character in found if unicodedata.category(character) == "So")
