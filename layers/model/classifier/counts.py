"""Numbers in a text: in digits, in words, and in both: "2k", "5 thousand", "two hundred and fifty", 3千2百."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from classifier.words import Word

_LEAST_WITH_ROOM = 20
"""From here on a numeral takes what follows: "twenty five", but not "ten three page essays"."""
_SIXTY, _ROOM_OF_SIXTY = 60, 20
"""French counts on from sixty to 79: "soixante-quinze"."""
_DIGITS = 6
"""Digits that are read of a number."""


class Number(NamedTuple):
    """What it comes to, and the first of its words."""

    value: float
    first: int


@dataclass(frozen=True, slots=True)
class Numerals:
    """The names of numbers, those that multiply the number before them, what may stand within a number, and of what
    multiplies that which does so only behind words, as behind digits it is money."""

    numbers: Mapping[str, float]
    multipliers: Mapping[str, float]
    joins: frozenset[str]
    coins: frozenset[str]

    def read(self, words: Sequence[Word]) -> list[Number | None]:
        """The number that ends with each word; one written in groups of three ends with the last group."""
        found: list[Number | None] = [None] * len(words)
        room = 0.0  # Below it a number belongs to the one directly before it: 五 to 一百 but not to 三.
        for place, word in enumerate(words):
            text = word.text
            if text not in self.numbers and text not in self.multipliers and not text[0].isdecimal():
                continue
            ahead = self._ahead(words, found, place, room)
            begun = None if ahead is None else found[ahead]
            if ahead is not None and text in self.coins and words[ahead].text[0].isdecimal():
                continue
            if text in self.multipliers and (begun or text in self.numbers):
                room = self.multipliers[text]
                so_far, first = begun or Number(0.0, place)
                part = so_far % room
                number = Number(so_far - part + (part or 1.0) * room, first)
            else:
                alone = self._alone(words, found, place)
                if alone is None:
                    continue
                own_room = 0.0 if text[0].isdecimal() else _room_of(alone.value)
                if begun is None or alone.value >= room:
                    number, room, ahead = alone, own_room, None
                else:
                    number = Number(begun.value + alone.value, begun.first)
                    room = own_room if alone.value else room
            if ahead is not None:
                found[ahead] = None
            found[place] = number
        return found

    def _ahead(self, words: Sequence[Word], found: Sequence[Number | None], place: int, room: float) -> int | None:
        """Where the number ends that this word may go on with: directly before it, or before what joins them."""
        if not place or words[place].start - words[place - 1].end > 1:
            return None
        if found[place - 1]:
            return place - 1
        joint = words[place - 1].text
        if place < 2 or found[place - 2] is None or len(words[place].text) == 1 or len(words[place - 2].text) == 1:
            return None
        if joint == "-":
            return place - 2 if words[place - 2].end == words[place - 1].start else None
        return place - 2 if room and joint in self.joins else None

    def _alone(self, words: Sequence[Word], found: list[Number | None], place: int) -> Number | None:
        """The number that this word is, with the groups of digits that go before it as thousands or as a whole."""
        text = words[place].text
        if not text.isdecimal():
            if text in self.numbers:
                return Number(self.numbers[text], place)
            return _thousands(words, found, place) if text[-1] == "k" and text[:-1].isdecimal() else None
        value, first = float(text[:_DIGITS]), place
        earlier = _group_before(words, place)
        if earlier is not None and (thousands := found[earlier]) is not None:
            value, first, found[earlier] = thousands.value * 1000 + value, thousands.first, None
        return Number(value, first)


def _room_of(value: float) -> float:
    """Below what a number belongs to this numeral: below its last digit that is not zero."""
    if value < _LEAST_WITH_ROOM:
        return 0.0
    if value == _SIXTY:
        return _ROOM_OF_SIXTY
    return next((room for room in (1000.0, 100.0, 10.0) if not value % room), 0.0)


def _thousands(words: Sequence[Word], found: list[Number | None], place: int) -> Number:
    """ "2k", "1.5k"."""
    digits = words[place].text[:-1][:_DIGITS]
    value, first = float(digits), place
    if place > 1 and words[place - 1].text in {".", ","} and words[place - 1].end == words[place].start:
        whole = words[place - 2]
        if whole.text.isdecimal() and whole.end == words[place - 1].start:
            value, first = float(f"{whole.text[:_DIGITS]}.{digits}"), place - 2
            found[first] = None
    return Number(value * 1000, first)


def _group_before(words: Sequence[Word], place: int) -> int | None:
    """Where the digits stand that go before these three as thousands: "1,500", "1.500", "1 500"."""
    word = words[place]
    if len(word.text) != 3 or not place:
        return None
    before = words[place - 1]
    if before.text.isdecimal():
        return place - 1 if len(before.text) <= 3 and word.start - before.end == 1 else None
    if place < 2 or before.text not in {",", ".", "'", "’"} or before.end != word.start:
        return None
    first = words[place - 2]
    return place - 2 if first.text.isdecimal() and len(first.text) <= 3 and first.end == before.start else None
