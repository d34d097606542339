"""Whether a message asks for something to be made of what was said before: "Can you explain step 2 again?"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from llm_router.sessions.words import Words, listed, words

MOST_PHRASES = 8
"""A message of more phrases says enough by itself."""

_OF_ITS_OWN = re.compile(r"""[:：`"“”„«»「」『』]|(?<!\w)['‘]\w""")
"""A colon or a quotation brings along what is asked about."""

_DIGITS = re.compile(r"\d+")
_NUMBER = ("1",)

_NOTHING, _MORE, _BACK = range(3)


class _Language(NamedTuple):
    """The phrases of one language by their first words, each with how far it points back; those that make a question;
    and the words for numbers."""

    phrases: Mapping[str, tuple[tuple[Words, int], ...]]
    questions: tuple[Words, ...]
    numbers: frozenset[str]


def asks_back(text: str, said: Words) -> bool:
    """Whether the words `said`, which end the text, speak of what was said before and hold nothing else, in one
    language."""
    return _OF_ITS_OWN.search(text) is None and any(_does(said, language) for language in _languages())


def _does(said: Words, language: _Language) -> bool:
    said = _any_number(said, language.numbers)
    needed = _BACK if any(_holds(said, each) for each in language.questions) else _MORE
    fewest: list[dict[int, int]] = [{_NOTHING: 0}, *({} for _ in said)]
    for start, reached in enumerate(fewest[:-1]):
        for phrase, points in language.phrases.get(said[start], ()) if reached else ():
            end = start + len(phrase)
            if said[start:end] == phrase:
                for before, used in reached.items():
                    now = max(before, points)
                    fewest[end][now] = min(fewest[end].get(now, used + 1), used + 1)
    return any(points >= needed and used <= MOST_PHRASES for points, used in fewest[-1].items())


def _holds(said: Words, phrase: Words) -> bool:
    return any(said[start : start + len(phrase)] == phrase for start in range(len(said)))


def _any_number(said: Words, numbers: frozenset[str]) -> Words:
    """The same with 1 for every number, in digits or in words."""
    return tuple("1" if word in numbers else _DIGITS.sub("1", word) for word in said)


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(map(_language, listed("asking").values()))


def _language(rows: Mapping[str, list[str]]) -> _Language:
    numbers = frozenset(word for each in rows["numbers"] for word in words(each))
    fillers = listed("phrases")["filler"]
    parts = (
        (_NOTHING, [*fillers["lead"], *fillers["whole"], *rows["words"], *rows["questions"]]),
        (_MORE, rows["more"]),
        (_BACK, rows["back"]),
    )
    by_first: dict[str, dict[Words, int]] = {}
    for points, row in parts:
        for phrase in (_any_number(words(each), numbers) for each in row):
            # A bare number is a matter of its own: "Is 7 more than 5?"
            if phrase != _NUMBER:
                by_first.setdefault(phrase[0], {})[phrase] = points
    return _Language(
        {first: tuple(group.items()) for first, group in by_first.items()},
        tuple(map(words, rows["questions"])),
        numbers,
    )
