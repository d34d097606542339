"""Names out of pasted code in the line of what is asked of it: "rewrite this function load_orders"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from classifier.phrases import Found
from classifier.rules import Reading

_NAME, _CALLED, _JOINED = re.compile(r"\b_*[A-Za-z]\w*(?:\(\))?", re.ASCII), "()", "_"
"""A word of code; no word of prose is one where it is called or joined of several."""
_WITHIN = 300
"""Characters on either side of a phrase."""


def names_beside(reading: Reading, phrases: Sequence[Found]) -> Mapping[Found, Sequence[int]]:
    """Where such names begin that close to a phrase, in its line, and in a line without any of the phrases stand."""
    text = reading.prompt.text
    lines = {phrase: _line(text, reading.words[phrase.first].start) for phrase in phrases}
    near = {phrase: _near(text, reading.words[phrase.first].start, *line) for phrase, line in lines.items()}
    if not any(near.values()):
        return {}
    code = text
    for first, after in sorted(set(lines.values()), reverse=True):
        code = code[:first] + code[after:]
    known = {name.removesuffix(_CALLED) for name in _NAME.findall(code)}
    return {phrase: [start for start, name in names if name in known] for phrase, names in near.items()}


def _line(text: str, place: int) -> tuple[int, int]:
    after = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, after if after >= 0 else len(text)


def _near(text: str, place: int, first: int, after: int) -> Sequence[tuple[int, str]]:
    """The names, and where they begin."""
    first, after = max(first, place - _WITHIN), min(after, place + _WITHIN)
    part = text[first:after]
    if _JOINED not in part and _CALLED not in part:
        return ()
    found = ((each.start() + first, each.group()) for each in _NAME.finditer(part))
    return [(start, name.removesuffix(_CALLED)) for start, name in found if _JOINED in name or _CALLED in name]
