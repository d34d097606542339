"""How many tokens a provider bills for what the classifier counts: a measured ratio per tokenizer and writing."""

from __future__ import annotations

import math
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

SEEN = 200
"""Characters from all over a text that decide on its writing: a question may stand before pages in another script."""

UNSURE = 1.1
"""By how much more than our estimate a provider may count of the input."""

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
_ENGLISH_EACH = tuple(_EACH[writing] * (writing is Writing.ENGLISH) for writing in Writing)

_NAMES = {"CJK": Writing.HAN, "HIRAGANA": Writing.KANA, "KATAKANA": Writing.KANA}

Shares = tuple[float, ...]
"""Of each writing, in the order of `Writing`."""

IN_ENGLISH: Shares = tuple(float(writing is Writing.ENGLISH) for writing in Writing)
NO_TEXT: Shares = (0.0,) * len(IN_ENGLISH)


class Reading(NamedTuple):
    """What a model is to read: `tokens` of the classifier's, and what share of them is in which writing.

    What is missing to a whole is no text, such as pictures; of that every provider counts as much.
    """

    tokens: int
    shares: Shares = IN_ENGLISH

    def by(self, ratios: Sequence[float]) -> int:
        """Tokens as the provider counts them whose `ratios_of` these are."""
        return round(self.tokens * self.ratio(ratios))

    def ratio(self, ratios: Sequence[float]) -> float:
        """Such a provider's tokens for one of the classifier's."""
        return 1 - sum(self.shares) + sum(share * each for share, each in zip(self.shares, ratios, strict=True))


def reading_of(text: str, tokens: int | None = None) -> Reading:
    """A text that is so many of the classifier's tokens or, where nobody counted them, about what its letters tell."""
    each = _each_character(text)
    whole = sum(each)
    shares = IN_ENGLISH if each is _ENGLISH_EACH else tuple(share / whole for share in each)
    return Reading(math.ceil(len(text) * whole) if tokens is None else tokens, shares)


def together(readings: Iterable[Reading]) -> Reading:
    """All of them as one."""
    found: Counter[Shares] = Counter()
    for tokens, shares in readings:
        found[shares] += tokens
    if not (total := found.total()):
        return Reading(0)
    weighed = zip(*([share * tokens / total for share in shares] for shares, tokens in found.items()), strict=True)
    return Reading(total, tuple(map(sum, weighed)))


def _each_character(text: str) -> Shares:
    """Of the classifier's tokens, for a character of the text, by writing; a fifth of kana make it Japanese."""
    seen = text[:: max(1, -(-len(text) // SEEN))]
    if seen.isascii():
        return _ENGLISH_EACH
    counts = dict.fromkeys(Writing, 0)
    for character in seen:
        if character.isalpha():
            counts[_writing_of_letter(character)] += 1
    if counts[Writing.KANA] * 4 > counts[Writing.HAN]:
        counts[Writing.KANA] += counts[Writing.HAN]
        counts[Writing.HAN] = 0
    if counts[Writing.LATIN]:
        counts[Writing.LATIN] += counts[Writing.ENGLISH]
        counts[Writing.ENGLISH] = 0
    letters = sum(counts.values())
    return tuple(_EACH[writing] * count / letters for writing, count in counts.items()) if letters else _ENGLISH_EACH


def _writing_of_letter(letter: str) -> Writing:
    if letter.isascii():
        return Writing.ENGLISH
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script in _NAMES:
        return _NAMES[script]
    return Writing(script.lower()) if script.lower() in set(Writing) else Writing.LATIN


def ratios_of(family: str | None) -> tuple[float, ...]:
    """Provider's tokens for one of ours, in the order of `Writing`."""
    known = _ratios()
    return known.get(family or UNKNOWN_FAMILY, known[UNKNOWN_FAMILY])


@cache
def _ratios() -> dict[str, tuple[float, ...]]:
    rows = tomllib.loads(Path(__file__).with_name("tokens.toml").read_text(encoding="utf-8"))["families"]
    return {family: tuple(float(row[writing]) for writing in Writing) for family, row in rows.items()}
