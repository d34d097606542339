"""How a message stands to the one before it: something new, or a follow-up that means nothing by itself."""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from llm_router.sessions import talk
from llm_router.sessions.words import Words, words

LONGEST = 200
"""Characters. A longer message says enough by itself."""

LEAD_WORDS = 8
"""A message that begins as a follow-up and has at most so many words is one."""

COMPLAINT_WORDS = 25
"""The same for a complaint, which tends to say what was wrong."""

JOINED_WORDS = 3
"""Words at most behind what only joins a word or two to the message before: "and in French?"."""

POINTING_WORDS = 15
"""Words at most of a message that goes on with a task because of what it points to."""


class Manner(IntEnum):
    """Ordered by how much each says: a message that holds several kinds has the last.

    A `COURTESY` is beside the task. What `POINTS` to the answer before goes on with it unless it clearly is something
    else.
    """

    FRESH = 0
    FILLER = 1
    COURTESY = 2
    POINTS = 3
    CONTINUES = 4
    RETRIES = 5
    ESCALATES = 6

    @property
    def follows(self) -> bool:
        """True when the message goes on with the task before it."""
        return self >= Manner.CONTINUES


class Heard(NamedTuple):
    """A message's manner, and whether it says `more` than that.

    What it says may be a task `of_its_own` where nothing in it is tied to what was said before but how it begins; a
    complaint is tied only by the number of a part. Where it is `akin`, only a task of another kind than the one before.
    It is `idle` where it asks for nothing.
    """

    manner: Manner
    more: bool = False
    of_its_own: bool = False
    akin: bool = False
    idle: bool = False


def heard(text: str) -> Heard:
    """How a message is to be heard. Linear in its length, which counts up to `LONGEST`."""
    if len(text) > LONGEST:
        return Heard(Manner.FRESH)
    said = words(text)
    if len(said) <= 1 and (alone := _said_alone(said or tuple(text))).follows:
        return Heard(alone)
    if talk.is_closing(said):
        return Heard(Manner.COURTESY)
    whole, lead, opened = _covered(said)
    if whole.follows:
        return Heard(whole)
    if talk.is_courtesy(said):
        return Heard(Manner.COURTESY)
    most = COMPLAINT_WORDS if lead is Manner.ESCALATES else LEAD_WORDS
    if lead.follows and len(said) <= most:
        tied = talk.names_part if lead is Manner.ESCALATES else _points_back
        own = opened is not None and not tied(said[opened:])
        if not (own and _is_aside(said, said[opened:])):
            return Heard(lead, more=True, of_its_own=own, akin=_is_akin(said, lead, opened))
    return _pointing(text, said) if len(said) <= POINTING_WORDS else Heard(Manner.FRESH)


def _is_aside(said: Words, rest: Words) -> bool:
    """Whether what comes after an opening is only talked about."""
    return talk.is_personal(rest) and (talk.is_report(said) or not _points_back(rest))


def _is_akin(said: Words, lead: Manner, opened: int | None) -> bool:
    """Whether a message with this lead is about the answer unless it is of another kind."""
    if lead is not Manner.ESCALATES:
        return talk.points_first(said)
    return not talk.is_report(said) or talk.reports_back(said[opened or 0 :])


def _pointing(text: str, said: Words) -> Heard:
    """How a short message is to be heard that no phrase makes a follow-up."""
    idle = not talk.asks(text, said)
    if idle and talk.is_thanks(said):
        return Heard(Manner.FRESH, idle=True)
    first = talk.points_first(said)
    if first and talk.ends_numbered(said):
        return Heard(Manner.CONTINUES, more=True)
    aside = talk.is_personal(said) or (idle and talk.is_owned(said))
    anywhere = talk.points_anywhere(said) and not aside
    if not first and not anywhere:
        return Heard(Manner.FRESH, idle=idle)
    return Heard(Manner.POINTS, more=True, of_its_own=not anywhere, akin=first, idle=idle)


def _said_alone(signs: Words) -> Manner:
    """What a lone word, or a message of signs alone such as a reaction, says."""
    return max((_alone().get(sign, Manner.FRESH) for sign in signs), default=Manner.FRESH)


def _covered(said: Words) -> tuple[Manner, Manner, int | None]:
    """What the message says if phrases cover it whole, else `FRESH`; what the phrases that may lead it say; and where
    what only `opens` it ends, None where anything else leads it."""
    phrases = _phrases()
    reached: list[Manner] = [Manner.FILLER] + [Manner.FRESH] * len(said)
    lead = Manner.FRESH
    opened: int | None = 0
    led = {0}
    for start in range(len(said)):
        if not reached[start]:
            continue
        for phrase, kind, place in phrases.get(said[start], ()):
            end = start + len(phrase)
            if said[start:end] != phrase:
                continue
            reached[end] = max(reached[end], reached[start], kind)
            if start in led and kind is Manner.FILLER:
                led.add(end)
            elif start in led and place.may_lead(len(said) - end):
                led.add(end)
                lead = max(lead, kind)
                opened = max(opened, end) if place is _Place.OPENS and opened is not None else None
    return reached[-1], lead, opened


def _points_back(rest: Words) -> bool:
    """Whether what comes after the opening is tied to what was said before."""
    first, anywhere, filler = _pointers()
    begins = next((place for place, word in enumerate(rest) if word not in filler), len(rest))
    return not first.isdisjoint(rest[: begins + 1]) or not anywhere.isdisjoint(rest)


class _Place(IntEnum):
    """Where in a message a phrase counts."""

    WHOLE = 0
    LEAD = 1
    OPENS = 2
    JOINS = 3

    def may_lead(self, after: int) -> bool:
        """Whether a message may begin so where so many words come after."""
        return self is not _Place.WHOLE and (self is not _Place.JOINS or after <= JOINED_WORDS)


@cache
def _rows() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


@cache
def _alone() -> dict[str, Manner]:
    kinds = (Manner.CONTINUES, Manner.ESCALATES)
    return {sign: kind for kind in kinds for sign in _rows()[kind.name.lower()]["alone"]}


@cache
def _phrases() -> dict[str, tuple[tuple[Words, Manner, _Place], ...]]:
    """Every phrase by its first word: the phrase, what it says, and where."""
    found = [(words(each), Manner.FILLER, _Place.WHOLE) for each in _rows()["filler"]["whole"]]
    found += [(each, Manner.FILLER, _Place.WHOLE) for each in talk.preludes()]
    for kind in (Manner.CONTINUES, Manner.RETRIES, Manner.ESCALATES):
        for place in _Place:
            listed = _rows()[kind.name.lower()].get(place.name.lower(), [])
            found += [(words(each), kind, place) for each in listed]
    by_first: dict[str, list[tuple[Words, Manner, _Place]]] = {}
    for row in found:
        by_first.setdefault(row[0][0], []).append(row)
    return {first: tuple(group) for first, group in by_first.items()}


@cache
def _pointers() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words that point back first behind an opening, those that do anywhere behind it, and those that fill."""
    points = _rows()["points"]
    listed = points["first"], points["anywhere"], _rows()["filler"]["whole"]
    first, anywhere, filler = (frozenset(word for each in row for word in words(each)) for row in listed)
    return first, anywhere, filler
