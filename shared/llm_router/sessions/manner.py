"""How a message stands to the one before it: something new, or a follow-up that means nothing by itself."""

from __future__ import annotations

import tomllib
import unicodedata
from enum import IntEnum
from functools import cache
from pathlib import Path

LONGEST = 200
"""Characters. A longer message says enough by itself."""

LEAD_WORDS = 8
"""A message that begins as a follow-up and has at most so many words is one."""

COMPLAINT_WORDS = 25
"""The same for a complaint, which tends to say what was wrong."""

_NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")
"""How the names of characters begin in scripts that put no spaces between words."""


class Manner(IntEnum):
    """Ordered by how much each says: a message that holds several kinds has the last."""

    FRESH = 0
    FILLER = 1
    CONTINUES = 2
    RETRIES = 3
    ESCALATES = 4

    @property
    def follows(self) -> bool:
        """True when the message goes on with the task before it."""
        return self >= Manner.CONTINUES


Words = tuple[str, ...]


def manner(text: str) -> Manner:
    """The manner of a message. Linear in its length, which counts up to `LONGEST`."""
    if len(text) > LONGEST:
        return Manner.FRESH
    said = words(text)
    whole, lead = _covered(said)
    if whole.follows:
        return whole
    most = COMPLAINT_WORDS if lead is Manner.ESCALATES else LEAD_WORDS
    return lead if lead.follows and len(said) <= most else Manner.FRESH


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


def _covered(said: Words) -> tuple[Manner, Manner]:
    """What the message says if phrases cover it whole, else `FRESH`; and what the phrases that may lead it say."""
    phrases = _phrases()
    reached: list[Manner] = [Manner.FILLER] + [Manner.FRESH] * len(said)
    lead = Manner.FRESH
    led = {0}
    for start in range(len(said)):
        if not reached[start]:
            continue
        for phrase, kind, leads in phrases.get(said[start], ()):
            end = start + len(phrase)
            if said[start:end] != phrase:
                continue
            reached[end] = max(reached[end], reached[start], kind)
            if start in led and kind is Manner.FILLER:
                led.add(end)
            elif start in led and leads:
                led.add(end)
                lead = max(lead, kind)
    return reached[-1], lead


@cache
def _phrases() -> dict[str, tuple[tuple[Words, Manner, bool], ...]]:
    """Every phrase by its first word: the phrase, what it says, and whether it may lead a message."""
    rows = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
    found: list[tuple[Words, Manner, bool]] = [(words(each), Manner.FILLER, False) for each in rows["filler"]]
    for kind in (Manner.CONTINUES, Manner.RETRIES, Manner.ESCALATES):
        listed = rows[kind.name.lower()]
        found += [(words(each), kind, False) for each in listed["whole"]]
        found += [(words(each), kind, True) for each in listed["lead"]]
    by_first: dict[str, list[tuple[Words, Manner, bool]]] = {}
    for row in found:
        by_first.setdefault(row[0][0], []).append(row)
    return {first: tuple(group) for first, group in by_first.items()}
