"""What a prompt is made of, as far as the router must know before it is classified."""

from __future__ import annotations

import unicodedata

_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}


def is_blank(text: str) -> bool:
    """True when nothing in it can be read: only white space, zero-width and control characters."""
    return not any(unicodedata.category(character) not in _INVISIBLE for character in text)
