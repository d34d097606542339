"""What counts as text that can be read."""

from __future__ import annotations

import pytest

from llm_router.text import is_blank

NOTHING = {
    "no character": "",
    "white space": " \n\t\u00a0\u2003\u3000",
    "zero-width": "\u200b\u200c\u200d\u2060\ufeff",
    "control and direction": "\0\x1b\u202e\u2066",
    "variation selectors": "\ufe00\ufe0f\U000e0100\U000e01ef\u180b",
    "the grapheme joiner": "\u034f",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_nobody_sees_is_blank(text: str):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u200b.", "\u0301", "\u0e31", "\u093f\u094d", "👩‍👩‍👧‍👦", "\ufe0f5"])
def test_what_somebody_sees_is_not_be_it_only_a_mark(text: str):
    assert not is_blank(text)
