"""What counts as text that can be read."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.text import is_blank

NOTHING = {
    "no character": "",
    "white space": " \n\t\u00a0\u2003\u3000",
    "zero-width": "\u200b\u200c\u200d\u2060\ufeff",
    "control and direction": "\0\x1b\u202e\u2066",
    "variation selectors": "\ufe00\ufe0f\U000e0100\U000e01ef\u180b",
    "the grapheme joiner": "\u034f",
    "fillers of Hangul": "\u3164\u115f\u1160\uffa0",
    "Braille without dots": "\u2800",
    "a note without a head": "\U0001d159",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_nobody_sees_is_blank(text: str):
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", "\u200b.", "\u0301", "\u0e31", "\u093f\u094d", "👩‍👩‍👧‍👦", "\ufe0f5", "\u1112\u1160\u11ab", "\u2801"]
)
def test_what_somebody_sees_is_not_be_it_only_a_mark(text: str):
    assert not is_blank(text)


MARKS = frozenset("\u034f\u17b4\u17b5\u115f\u1160\u2800\u3164\uffa0\U0001d159").union(
    *(map(chr, span) for span in (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)))
)


def cannot_be_read(character: str) -> bool:
    """As Unicode's categories have it, but for what is drawn as nothing."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} or character in MARKS


def test_every_character_is_taken_for_what_unicode_says():
    characters = map(chr, range(sys.maxunicode + 1))
    assigned = [each for each in characters if unicodedata.category(each) != "Cn"]
    assert [each for each in assigned if is_blank(each) is not cannot_be_read(each)] == []


@given(st.text() | st.text(st.sampled_from(" \t\u2003\u200b\ufe0f\u0301a.")))
def test_a_text_is_blank_where_all_its_characters_are(text: str):
    assert is_blank(text) is all(map(cannot_be_read, text))
