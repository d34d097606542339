"""What a prompt is made of, as far as the router must know before it is classified."""

from __future__ import annotations

import unicodedata

SINGLE = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts that are written without spaces, or whose endings are glued on: one character is one word. As they stand in a
regular expression's class."""

_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_INVISIBLE_MARKS = frozenset(
    "\u034f\u17b4\u17b5" + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Marks that nothing is drawn for: they choose between the forms of a letter, or join two."""


def is_blank(text: str) -> bool:
    """True when nothing in it can be read: only white space, zero-width and control characters."""
    return all(unicodedata.category(character) in _INVISIBLE or character in _INVISIBLE_MARKS for character in text)
