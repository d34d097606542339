"""Where a prompt shows what a rule without phrases fires by, and what such a rule is called, for people."""

from __future__ import annotations

import re
from collections.abc import Collection

from classifier.features import SIGNS
from classifier.fences import code_at

CALLED = {"says-rather-than-asks": "no-question-mark"}
"""What is told for the name of a rule, by which its weight is fitted and kept, where that says more than it tests."""

_QUESTION_MARK = re.compile("[?？؟]")
_SIGNS = {**SIGNS, "question": _QUESTION_MARK}


def place_of(signals: Collection[str], text: str) -> tuple[int, int]:
    """Where in the text the first of these signals shows: the whole of it for what is a trait of the whole, such as
    how long it is."""
    shown = [place for signal in sorted(signals) if (place := _shown(signal, text)) is not None]
    return min(shown, default=(0, len(text)))


def _shown(signal: str, text: str) -> tuple[int, int] | None:
    if signal == "code_block":
        return code_at(text)
    found = _SIGNS[signal].search(text) if signal in _SIGNS else None
    return None if found is None else _whole(text, *found.span())


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the rest of the words and numbers that it begins or ends within."""
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
