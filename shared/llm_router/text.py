"""What a prompt is made of, as far as the router must know before it is classified."""

from __future__ import annotations

import re

SINGLE = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts that are written without spaces, or whose endings are glued on: one character is one word. As they stand in a
regular expression's class."""

INVISIBLE = (
    "\u0000-\u0020\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u2064\u2066-\u206f\u3000\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""Unicode's white space, controls and formats (its categories Zs, Zl, Zp, Cc and Cf), as they stand in a regular
expression's class: spelled out, since asking for each character takes fifteen times as long."""

INVISIBLE_MARKS = "\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Marks that nothing is drawn for: they choose between the forms of a letter, or join two."""

BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0\U0001d159"
"""What Unicode counts among letters and signs and nothing is drawn for: the fillers of Hangul, the Braille cell without
dots, the note without a head."""

_visible = re.compile(f"[^{INVISIBLE}{INVISIBLE_MARKS}{BLANK_LETTERS}]").search


def is_blank(text: str) -> bool:
    """True when nothing in it can be read: only white space, fillers, zero-width and control characters."""
    # To strip white space first is much faster than the search, for a text that is nothing but blanks.
    return _visible(text.lstrip()) is None
