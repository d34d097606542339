"""The lengths that a prompt names for its answer: a number, a unit close behind it, and words that ask for them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from classifier.changes import Change
from classifier.counts import Number, Numerals
from classifier.normalise import normalise
from classifier.refusals import Refusals
from classifier.rules import Reading
from classifier.spans import Span, Stated, breaks
from classifier.wanted import Asked, Wanted
from classifier.words import split_words

MOST = 8000
NONSENSE = 25 * MOST
"""Tokens that nobody asks for: a number so large is about something else."""

TOO_FEW = 3
"""Tokens that are no length: "three characters" are people, and "the two words" are what the question is about."""

_NEAR = 3
"""Words between a number and its unit: "three short funny paragraphs"."""
_BETWEEN = frozenset("-,'’\"()*")
"""Signs that may stand there: "a 20-page report", "**500** words"."""
_EACH_AHEAD, _EACH_BEHIND, _THINGS_WITHIN, _NAMED_WITHIN, _MOST_THINGS, _LETTERS = 5, 3, 12, 4, 200, 4
"""Words between "each" and the number behind it that it belongs to, from a unit up to "each", those within which the
number of the things stands that each get such a length, up to "with" behind that number, the most things, and the
letters that tell one from an article."""
_PARTS = frozenset({"sentence", "line", "paragraph", "bullet"})
"""What things come with: "15 questions with one sentence explanations", "12 of them with a short paragraph each"."""
_ITEM = "item"
_ANSWERS = frozenset({"answer", "reply", "respond"})
"""What comes once, whatever stands before it."""


class Length(NamedTuple):
    """Tokens that the answer shall have, as said from the word `at` on; `limited` when words set it as a limit, which
    no other number is, and `most` when they refuse more."""

    tokens: float
    limited: bool
    most: bool
    at: int


class Unit(NamedTuple):
    """A name of a unit, in its words. `spelt` is how it must be written where another word differs by accents only."""

    words: tuple[str, ...]
    kind: str
    tokens: float
    close: bool
    spelt: str | None


@dataclass(frozen=True, slots=True)
class Lengths:
    """Units by the first word of their names, the longest name first; numerals; and what tells who is meant."""

    per_unit: Mapping[str, Sequence[Unit]]
    numerals: Numerals
    of_each: Mapping[str, frozenset[str]]
    wanted: Wanted

    @classmethod
    def of(cls, amounts: Mapping[str, Mapping[str, float]], names: Mapping[str, Mapping[str, Sequence[str]]]) -> Self:
        """From the tables of `answers.toml`; raises `KeyError` or `ValueError`, as they are part of the code."""
        close, spelt = (set(names["names"][kind]) for kind in ("close", "spelt"))
        per_unit: dict[str, list[Unit]] = {}
        for kind, named in names["words"].items():
            for name in named:
                words = _as_read(name)
                unit = Unit(words, kind, float(amounts["units"][kind]), name in close, name if name in spelt else None)
                per_unit.setdefault(words[0], []).append(unit)
        numbers, multipliers = (_by_word(amounts[kind]) for kind in ("numbers", "multipliers"))
        return cls(
            per_unit={first: sorted(each, key=lambda unit: -len(unit.words)) for first, each in per_unit.items()},
            numerals=Numerals(numbers, multipliers, *(frozenset(names["names"][kind]) for kind in ("joins", "coins"))),
            of_each={kind: frozenset(map(_word, each)) for kind, each in names["lengths"].items()},
            wanted=Wanted(
                {kind: [_as_read(name) for name in each] for kind, each in names["wanted"].items()},
                Refusals(names["refused"]),
            ),
        )

    def named(self, asked: Reading, change: Change | None) -> list[Length]:
        """Every length that the answer shall have, in their order: a text that is to be changed may name others."""
        if change is None:
            return self._between(asked, 0, len(asked.words), None)
        within = self._between(asked, change.first, change.after, change)
        return within or self._between(asked, 0, change.ahead, change)

    def _between(self, asked: Reading, first: int, after: int, change: Change | None) -> list[Length]:
        texts = [word.text for word in asked.words[:after]]
        read: Span | None = None
        found: list[Length] = []
        past = told = first
        for place in range(first, after):
            if texts[place] not in self.per_unit or place < past or (unit := self._unit(asked, texts, place)) is None:
                continue
            read = read or Span(asked, texts, self.numerals.read(asked.words[:after]), first)
            end = place + len(unit.words)
            if stated := self._stated(read, past, place, unit):
                things = self._things(read, told, stated)
                total = stated._replace(tokens=stated.tokens * things)
                asks = (read.numbers[stated.last] or things > 1) and TOO_FEW <= stated.tokens <= NONSENSE
                if asks and (how := self.wanted.judge(read, total, change)):
                    found.append(Length(total.tokens, Asked.LIMITED in how, Asked.MOST in how, total.first))
                    told = end + 1
            past = end
        return found

    def _unit(self, asked: Reading, texts: Sequence[str], place: int) -> Unit | None:
        """The longest name of a unit that begins there."""
        for unit in self.per_unit[texts[place]]:
            after = place + len(unit.words)
            if tuple(texts[place:after]) != unit.words:
                continue
            start, end = asked.words[place].start, asked.words[after - 1].end
            if unit.spelt is None or asked.prompt.text[start:end].lower() == unit.spelt:
                return unit
        return None

    def _stated(self, read: Span, past: int, place: int, unit: Unit) -> Stated | None:
        """The unit that begins there with the number that belongs to it, one for an article."""
        last = self._number(read, past, place, parts=unit.kind in _PARTS)
        if last is None:
            return None
        number = read.numbers[last] or Number(1.0, last)
        end, tokens = place + len(unit.words), number.value * unit.tokens
        return Stated(number.first, last, place, end, unit.kind, unit.close, number.value, tokens)

    def _number(self, read: Span, past: int, place: int, *, parts: bool) -> int | None:
        """Where the number ends that belongs to a unit, or the article before parts of things; not in another sentence,
        nor beyond "per": "one per line"."""
        for before in range(place - 1, max(past, place - _NEAR) - 1, -1):
            if breaks(read.asked, before + 1):
                return None
            text = read.texts[before]
            if read.numbers[before] or (parts and text in self.of_each["one"]):
                return before
            if text in self.of_each["per"] or text in self.of_each["by"]:
                return None
            if not text[0].isalnum() and text not in _BETWEEN:
                return None
        return None

    def _things(self, read: Span, told: int, stated: Stated) -> float:
        """How many things each have the length: the first number near it, or one.

        What stands before `told` belongs to an earlier length.
        """
        texts, count = read.texts, stated.last
        ahead = range(count - 1, max(told, count - _EACH_AHEAD) - 1, -1)
        if not _reaches(self.of_each["each"], texts, ahead) and not self._each_behind(read, stated.after):
            return self._that_come_with(read, stated)
        near = range(max(read.first, count - _THINGS_WITHIN), min(len(texts), count + _THINGS_WITHIN + 1))
        others = (_value(read, place) for place in near if place != count)
        return next((other for other in others if 1 <= other <= _MOST_THINGS), 1.0)

    def _that_come_with(self, read: Span, stated: Stated) -> float:
        """How many things have one such part each, or one: "15 questions with one sentence explanations"."""
        texts, first = read.texts, stated.first
        behind = texts[stated.after : stated.after + 1]
        has_one = stated.amount == 1 and stated.kind in _PARTS and any(len(text) >= _LETTERS for text in behind)
        if not has_one or first == read.first or texts[first - 1] not in self.of_each["with"]:
            return 1.0
        for place in range(first - 2, max(read.first, first - 2 - _NAMED_WITHIN) - 1, -1):
            things = place < first - 2 and {unit.kind for unit in self.per_unit.get(texts[place + 1], ())} <= {_ITEM}
            if read.numbers[place]:
                return _value(read, place) if things and 1 < _value(read, place) <= _MOST_THINGS else 1.0
            if not texts[place][0].isalnum() or texts[place] in self.of_each["one"] or texts[place] in _ANSWERS:
                break
            if breaks(read.asked, place):
                break
        return 1.0

    def _each_behind(self, read: Span, after: int) -> bool:
        """Whether the length that ends there is that of each of several things: "100 words each", "for each", "per"."""
        texts, of_each = read.texts, self.of_each
        behind = texts[after : after + 2]
        if behind and behind[0] in of_each["per"]:
            return True
        if behind and behind[0] in of_each["by"]:
            thing = behind[-1]
            ahead = texts[max(read.first, after - _THINGS_WITHIN) : after]
            near = (*ahead, *texts[after + 2 : after + _THINGS_WITHIN])
            return len(thing) >= _LETTERS and any(each.startswith(thing) for each in near)
        for place in range(after, min(after + _EACH_BEHIND + 1, len(texts))):
            text = texts[place]
            if text in of_each["each"]:
                # Before another number it belongs to that one: "mit jeweils zwei Sätzen", 每段100字.
                next_words = itertools.takewhile(lambda at: texts[at][0].isalnum(), range(place + 1, len(texts)))
                return not any(_value(read, at) for at in itertools.islice(next_words, 2))
            if not text[0].isalnum() or text in of_each["apart"] or read.numbers[place]:
                break
        return False


def _value(read: Span, place: int) -> float:
    number = read.numbers[place]
    return number.value if number else 0.0


def _reaches(names: Collection[str], texts: Sequence[str], places: Iterable[int]) -> bool:
    """Whether one of the names stands in these places, with no sign before it."""
    for place in places:
        if texts[place] in names:
            return True
        if not texts[place][0].isalnum():
            break
    return False


def _by_word(amounts: Mapping[str, float]) -> dict[str, float]:
    return {_word(name): float(amount) for name, amount in amounts.items()}


def _word(name: str) -> str:
    (text,) = _as_read(name)
    return text


def _as_read(name: str) -> tuple[str, ...]:
    """A name as a prompt is read: in some scripts each of its characters is a word."""
    return tuple(word.text for word in split_words(name if name.isascii() else normalise(name).text))
