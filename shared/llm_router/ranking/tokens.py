"""How many tokens a provider bills for what the classifier counts: a measured ratio per tokenizer and writing."""

from __future__ import annotations

import math
import tomllib
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

SEEN = 200
"""Characters that decide on the writing of a text."""

UNKNOWN_FAMILY = "other"


class Writing(StrEnum):
    """What a text is written in, as far as tokenizers differ by it. `ENGLISH` is Latin script without accents."""

    ENGLISH = "english"
    LATIN = "latin"
    CYRILLIC = "cyrillic"
    ARABIC = "arabic"
    DEVANAGARI = "devanagari"
    HAN = "han"
    KANA = "kana"
    HANGUL = "hangul"


_EACH: Mapping[Writing, float] = {
    Writing.ENGLISH: 0.25,
    Writing.LATIN: 0.3,
    Writing.CYRILLIC: 0.55,
    Writing.ARABIC: 0.7,
    Writing.DEVANAGARI: 0.9,
    Writing.HAN: 0.9,
    Writing.KANA: 0.9,
    Writing.HANGUL: 0.9,
}
"""Of the classifier's tokens, for a character."""

WRITING_PLACE: Mapping[Writing, int] = {writing: place for place, writing in enumerate(Writing)}
_NAMES = {"CJK": Writing.HAN, "HIRAGANA": Writing.KANA, "KATAKANA": Writing.KANA}


def writing_of(text: str) -> Writing:
    """The writing of most letters at the beginning of a text; a fifth of kana make it Japanese."""
    seen = text[:SEEN]
    if seen.isascii():
        return Writing.ENGLISH
    counts = dict.fromkeys(Writing, 0)
    for character in seen:
        if character.isalpha():
            counts[_writing_of_letter(character)] += 1
    if counts[Writing.KANA] * 4 > counts[Writing.HAN]:
        counts[Writing.KANA] += counts.pop(Writing.HAN)
    if counts[Writing.LATIN]:
        counts[Writing.LATIN] += counts.pop(Writing.ENGLISH)
    return max(counts, key=lambda writing: counts[writing])


def estimated_tokens(text: str) -> int:
    """About how many of the classifier's tokens a text is, by its writing."""
    return math.ceil(len(text) * _EACH[writing_of(text)])


def _writing_of_letter(letter: str) -> Writing:
    if letter.isascii():
        return Writing.ENGLISH
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script in _NAMES:
        return _NAMES[script]
    return Writing(script.lower()) if script.lower() in set(Writing) else Writing.LATIN


def ratios_of(family: str | None) -> tuple[float, ...]:
    """Provider's tokens for one of ours, in the order of `WRITING_PLACE`."""
    known = _ratios()
    return known.get(family or UNKNOWN_FAMILY, known[UNKNOWN_FAMILY])


@cache
def _ratios() -> dict[str, tuple[float, ...]]:
    rows = tomllib.loads(Path(__file__).with_name("tokens.toml").read_text(encoding="utf-8"))["families"]
    return {family: tuple(float(row[writing]) for writing in Writing) for family, row in rows.items()}
