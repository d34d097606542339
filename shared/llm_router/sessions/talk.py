"""What is said beside a task: courtesies, small talk, and what of it is about the answer after all."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from llm_router.sessions.words import Phrases, Words, phrases, words

_BESIDE, _PRAISE, _COURTEOUS = 1, 2, 3


def is_courtesy(said: Words) -> bool:
    """Whether the message is praise, thanks, a greeting or a farewell, and no more."""
    return _politeness(said) >= _PRAISE


def is_closing(said: Words) -> bool:
    """The same, with more than praise in it: praise alone may mean that it should go on."""
    return _politeness(said) == _COURTEOUS


def preludes() -> tuple[Words, ...]:
    """What praises, thanks or greets, and may stand before what is asked of it next."""
    kinds = ("praise", "settled", "thanks", "greets", "turns")
    return tuple(words(each) for kind in kinds for each in _rows()["courtesy"][kind])


def after_courtesies(said: Words) -> int:
    """Where the message begins to say something: behind the praise, thanks and greetings that open it."""
    reached = {0}
    for start in range(len(said)):
        if start in reached:
            reached |= {end for listed, _ in _courtesies() for end in listed.ends(said, start)}
    return max(reached)


def is_personal(said: Words) -> bool:
    """Whether it is about how people are, about the assistant itself, or anything else that is only talked about."""
    return _listed("personal", "anywhere").are_in(said)


def is_owned(said: Words) -> bool:
    """Whether it says of something whose own it is."""
    return _listed("personal", "owned").are_in(said)


def is_thanks(said: Words) -> bool:
    """Whether it thanks, and turns to nothing else."""
    return _listed("courtesy", "thanks").are_in(said) and not _listed("courtesy", "turns").are_in(said)


def points_first(said: Words) -> bool:
    """Whether it begins by pointing to the answer."""
    return any(_listed("points", "first").begin(said, start) for start in {0, after_courtesies(said)})


def points_anywhere(said: Words) -> bool:
    """Whether anything in it points to the answer: a word for it, a part of it by its number, or what was done."""
    if _listed("points", "anywhere").are_in(said) or names_part(said):
        return True
    if any(_listed("points", "starts").begin(said, start) for start in {0, after_courtesies(said)}):
        return True
    doers, done = _listed("points", "doer"), _listed("points", "done")
    first = min((end for start in range(len(said)) for end in doers.ends(said, start)), default=len(said))
    return done.are_in(said[first:])


def is_report(said: Words) -> bool:
    """Whether it only tells of an error, which may be anyone's."""
    return _listed("points", "reports").begin(said, after_courtesies(said))


def reports_back(rest: Words) -> bool:
    """Whether what comes after such an opening is about the answer."""
    return points_anywhere(rest) or _listed("points", "report").begin(rest)


def names_part(said: Words) -> bool:
    """Whether it names a part of the answer by its number."""
    return _numbered(said, _listed("points", "parts"))


def ends_numbered(said: Words) -> bool:
    """Whether it ends with a part of the answer and its number: "explain line 3"."""
    return len(said) > 1 and said[-1][0].isdigit() and names_part(said[-2:])


def asks(text: str, said: Words) -> bool:
    """Whether it may ask for something."""
    return any(mark in text for mark in "?？؟") or _listed("asks", "anywhere").are_in(said)


def _numbered(said: Words, parts: Phrases) -> bool:
    """Whether a part comes with its number: before it, or, in words that are one with theirs, behind it."""
    ends = (end for start in range(len(said)) for end in parts.ends(said, start))
    if any(end < len(said) and said[end][0].isdigit() for end in ends):
        return True
    counted = (word.lstrip("0123456789") for word in said if word[0].isdigit())
    return any(word.startswith(part) for word in counted for part in parts.by_first if not part.isascii())


def _politeness(said: Words) -> int:
    """What the message says where courtesies cover it whole, else 0."""
    reached = [_BESIDE] + [0] * len(said)
    for start in range(len(said)):
        if reached[start]:
            for listed, kind in _courtesies():
                for end in listed.ends(said, start):
                    reached[end] = max(reached[end], reached[start], kind)
    return reached[-1]


@cache
def _rows() -> dict[str, dict[str, list[str]]]:
    files = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("talk.toml", "points.toml"))
    return {kind: places for text in files for kind, places in tomllib.loads(text).items()}


@cache
def _listed(kind: str, place: str) -> Phrases:
    return phrases(_rows()[kind][place])


@cache
def _courtesies() -> tuple[tuple[Phrases, int], ...]:
    kinds = {"beside": _BESIDE, "praise": _PRAISE, "settled": _COURTEOUS, "thanks": _COURTEOUS, "greets": _COURTEOUS}
    return tuple((_listed("courtesy", name), kind) for name, kind in kinds.items())
