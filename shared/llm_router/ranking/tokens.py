"""How many tokens a provider bills for what the classifier counts: a measured ratio per tokenizer and writing."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from operator import mul
from pathlib import Path
from typing import NamedTuple

from llm_router.taxonomy import TOKENS_PER_CHARACTER, Writing

COUNTED_WHOLE = 2048
"""Characters up to which the classifier counts every token of a text; of a longer one it reads the ends alone."""

SLICE, SLICES, APART = 128, 16, 512
"""Of a text, a slice for each stretch of `APART` characters, at least two and at most `SLICES`, tells how many tokens
its characters are: enough to be within a tenth of a long text, and of the turns of a conversation together."""

KNOWN_LETTERS = 4096
"""Letters of which is remembered how they are written: more than any one language has in use."""

SEEN = 200
"""Characters from all over a text that decide on its writing: a question may stand before pages in another script."""

MANY = 50
"""Texts; more of them are looked at as one, so that a conversation of thousands of turns costs no more."""

UNSURE = 1.1
"""By how much more than our estimate a provider may count of the input."""

UNKNOWN_FAMILY = "other"

_PIECE = re.compile(
    r"([-=_*#~.\n])\1{3,15}|([A-Za-z])\2{3}|\t{1,16}"
    r"|(?<=[a-z]{10})[a-z]{1,2}|[ !-/:-@\[-`{-~]?[A-Z]?[a-z]{2,8}| ?[A-Z]{1,2}| ?[a-z]| ?[!-/:-@\[-`{-~]{1,2}\n*"
    r"| {2,64}|[0-9]{1,3}|\n ?\n? ?|[ \r]|[\u2000-\u2bff\U0001f000-\U0001ffff]"
)
"""About one token of a provider's: how vocabularies cut words, capitals, figures, signs and blanks. Against o200k they
are within a tenth for English prose, source code, markup, addresses, logs, hexadecimal dumps, base64 and tables of
figures, a fifth too few for random letters and emoji, half too many for prose in capitals."""

OURS = 0.97
"""The classifier's tokens for one of o200k's in English, as `tokens.toml` has it."""

_INDIC = ("BENGALI", "GUJARATI", "GURMUKHI", "KANNADA", "MALAYALAM", "ORIYA", "SINHALA", "TAMIL", "TELUGU")
_NAMES = {"CJK": Writing.HAN, "HIRAGANA": Writing.KANA, "KATAKANA": Writing.KANA} | dict.fromkeys(_INDIC, Writing.INDIC)

Shares = tuple[float, ...]
"""A number for each writing, in the order of `Writing`; together at most 1."""

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
        written: float = sum(map(mul, self.shares, ratios))
        return 1 - sum(self.shares) + written


def reading_of(text: str, counted: int | None = None) -> Reading:
    """A text of which the classifier `counted` so many tokens; None where it did not.

    What nobody counted is about what its letters tell. So is what is too long to be counted whole: its middle may be
    much denser than its ends, or in another script.
    """
    if counted is not None and len(text) <= COUNTED_WHOLE:
        return Reading(counted, _shares(_each_character(text, TOKENS_PER_CHARACTER[Writing.ENGLISH])))
    each = _each_character(text, _each_of_ascii(text))
    return Reading(math.ceil(len(text) * sum(each)), _shares(each))


def reading_of_all(texts: Sequence[str]) -> Reading:
    """Texts that nobody counted, such as a conversation's other turns."""
    return reading_of("\n".join(texts)) if len(texts) > MANY else together(map(reading_of, texts))


def together(readings: Iterable[Reading]) -> Reading:
    """All of them as one."""
    found: Counter[Shares] = Counter()
    for tokens, shares in readings:
        found[shares] += tokens
    if not (total := found.total()):
        return Reading(0)
    weighed = zip(*([share * tokens / total for share in shares] for shares, tokens in found.items()), strict=True)
    return Reading(total, tuple(map(sum, weighed)))


def _shares(each: Sequence[float]) -> Shares:
    whole = sum(each)
    return tuple(part / whole for part in each)


def _each_of_ascii(text: str) -> float:
    """Tokens for a character of what is ASCII in a text, or a sign, at a cost that does not grow with its length."""
    read, slices = text, min(SLICES, max(2, len(text) // APART))
    if len(text) > slices * SLICE:
        read = "\0".join(text[start : start + SLICE] for start in range(0, len(text), -(-len(text) // slices)))
    lengths = [piece.end() - piece.start() for piece in _PIECE.finditer(read)]
    return OURS * len(lengths) / sum(lengths) if lengths else TOKENS_PER_CHARACTER[Writing.ENGLISH]


def _each_character(text: str, english: float) -> tuple[float, ...]:
    """Of the classifier's tokens, for a character of the text, by writing, where one in `english` has so many; a fifth
    of kana make it Japanese."""
    seen = text[:: max(1, -(-len(text) // SEEN))]
    if seen.isascii():
        return tuple(english * share for share in IN_ENGLISH)
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
    if not letters:
        return tuple(english * share for share in IN_ENGLISH)
    latin = max(english, TOKENS_PER_CHARACTER[Writing.LATIN])
    rates = {**TOKENS_PER_CHARACTER, Writing.ENGLISH: english, Writing.LATIN: latin}
    return tuple(rates[writing] * count / letters for writing, count in counts.items())


@lru_cache(KNOWN_LETTERS)
def _writing_of_letter(letter: str) -> Writing:
    if letter.isascii():
        return Writing.ENGLISH
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script in _NAMES:
        return _NAMES[script]
    return Writing(script.lower()) if script.lower() in set(Writing) else Writing.OTHER


def ratios_of(family: str | None) -> tuple[float, ...]:
    """Provider's tokens for one of ours, in the order of `Writing`."""
    return _ratios()[family_of(family)]


def family_of(tokenizer: str | None) -> str:
    """The family by which a model of this tokenizer counts."""
    return tokenizer if tokenizer is not None and tokenizer in _ratios() else UNKNOWN_FAMILY


def tokenizers() -> Collection[str]:
    """Every family."""
    return _ratios().keys()


@cache
def _ratios() -> dict[str, tuple[float, ...]]:
    rows = tomllib.loads(Path(__file__).with_name("tokens.toml").read_text(encoding="utf-8"))["families"]
    return {family: tuple(float(row[writing]) for writing in Writing) for family, row in rows.items()}
