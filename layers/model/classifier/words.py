"""A text as words: letters and digits in a run, each ideograph, kana or syllable alone, each sign alone."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from classifier.remembering import Remembered
from llm_router.text import SINGLE

# Vowel signs and accents are part of a word, though Unicode does not count them as letters.
_ACCENTS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u065f\u0670"
_INDIC = "\u0900-\u0963\u0966-\u0dff"
_WORD = re.compile(f"[{SINGLE}]|(?:[^\\W_{SINGLE}]|[{_ACCENTS}{_INDIC}])+|[^\\w\\s]|_")
_ASCII_WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
"""What `_WORD` finds where there are only ASCII characters and no capitals."""
_ACCENT = re.compile(f"[{_ACCENTS}]+")
_BASIC = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not decompose, as they are typed without them."""
_has_beyond_basic = re.compile("[łđðøıßæœþ]").search
_APOSTROPHES = frozenset("’‘ʼ`´")
_ENDS = frozenset(".!?:;\n。！？：；…؟।•-*–—>\"“”'(")


class Word(NamedTuple):
    """One word, folded to lower case and without accents, where it stands, and whether it opens a sentence or line."""

    text: str
    start: int
    end: int
    opens: bool


def split_words(text: str) -> list[Word]:
    """The words of `text` in order; linear in its length."""
    words: list[Word] = []
    opens, last = True, 0
    lines = "\n" in text
    ascii_only = text.isascii()
    for found in _ASCII_WORD.finditer(text.lower()) if ascii_only else _WORD.finditer(text):
        start, end = found.span()
        raw = found.group()
        if lines and not opens and "\n" in text[last:start]:
            opens = True
        words.append(Word(raw if ascii_only else _folded[raw], start, end, opens))
        opens = raw in _ENDS or (opens and not raw[0].isalpha())
        last = end
    return words


def fold(word: str) -> str:
    """Lower case, accents taken off, letters such as ł and ß as people type them without: `Łódź` is `lodz`."""
    lower = word.lower()
    if lower.isascii():
        return lower
    if lower in _APOSTROPHES:
        return "'"
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", lower))
    if _has_beyond_basic(plain):
        plain = plain.translate(_BASIC)
    return unicodedata.normalize("NFC", plain) or lower


_folded = Remembered(fold)
