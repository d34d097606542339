"""Which texts may be ids and names of models: what can stand in a URL, a log line and a page without harm."""

from __future__ import annotations

import re

MAX_ID = 200
MAX_NAME = 200

_MARKUP = frozenset('<>"`')
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:@+/-]*[A-Za-z0-9])?")


def is_legal_id(text: str) -> bool:
    """ASCII letters, digits and `/ : . _ - @ +`, at most 200, beginning and ending with a letter or digit.

    No `..` and no empty path segment, so that no id can climb out of a URL's path.
    """
    return len(text) <= MAX_ID and _ID.fullmatch(text) is not None and ".." not in text and "//" not in text


def is_reserved(text: str) -> bool:
    """Whether a whole id means something else to the API: `auto` and what begins with `auto:`, in any case of letters,
    leave the choice of a model to the router, and `models` is a path of its own."""
    return text == "models" or text.partition(":")[0].casefold() == "auto"


def name_problem(text: str) -> str | None:
    """Why a text cannot be shown as a name, or None. Markup and control characters have no place in one."""
    if not text.strip():
        return "must not be blank"
    if len(text) > MAX_NAME:
        return f"must be at most {MAX_NAME} characters"
    if not _MARKUP.isdisjoint(text):
        return "must not hold markup"
    if not text.isprintable():
        return "must not hold control characters"
    return None
