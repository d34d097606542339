"""What a prompt is made of, as far as the router must know before it is classified."""

from __future__ import annotations

import unicodedata

_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_INVISIBLE_MARKS = frozenset(
    "\u034f\u17b4\u17b5" + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Marks that nothing is drawn for: they choose between the forms of a letter, or join two."""


def is_blank(text: str) -> bool:
    """True when nothing in it can be read: only white space, zero-width and control characters."""
    return all(unicodedata.category(character) in _INVISIBLE or character in _INVISIBLE_MARKS for character in text)
