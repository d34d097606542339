"""How many tokens the answer will take: what the prompt asks for, or what its kind of answer tends to take."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.changes import CHANGE, Change, Changes, Left
from classifier.normalise import normalise
from classifier.rules import Reading
from classifier.words import Word, split_words
from llm_router.taxonomy import Category, Difficulty

ANSWERS = Path(__file__).with_name("answers.toml")
SHORT, LONG = "short_answer", "long_answer"

LEAST, MOST = 8, 8000
NONSENSE = 25 * MOST
"""Tokens that nobody asks for: a number so large is about something else."""

TOO_FEW = 3
"""Tokens that are no length: "three characters" are people, and "the two words" are what the question is about."""

_NEAR = 3
"""Words between a number and its unit: "three short funny paragraphs"."""
_SHORT_AT_MOST, _SHORT_FACTOR, _LONG_FACTOR = 80, 0.4, 1.7
"""Tokens of an answer that shall be short, and what "short" and "long" make of what it else would take: reasoned, as
the table is, not measured."""
_CAN_NAME_A_LENGTH = frozenset({Category.CREATIVE_WRITING, Category.GENERAL, Category.ANALYSIS, Category.QUESTION})
"""Elsewhere a number before "pages" or "lines" belongs to the problem."""
_EACH_AHEAD, _THINGS_WITHIN, _MOST_THINGS, _LETTERS = 5, 12, 200, 4
"""Words between "each" and the number behind it that it belongs to, those within which the number of the things stands
that each get such a length, the most of them, and the letters that tell one from an article."""
_CHANGED_FROM = 120
"""Beyond so many tokens, a prompt that asks for a change mostly is the text to change."""
_OF_CHANGED, _LEAST_CHANGED = 0.7, 24
"""The share of such a prompt's tokens that the changed text takes, and a sentence, which is the least: reasoned, not
measured, as is what follows."""
_CONDENSED, _OF_CONDENSED, _CONDENSED_AT_MOST = 60, 0.1, 800
"""Tokens of a summary, of key points or of what was extracted: so many, and a share of the prompt's, up to a most."""

Named = Mapping[str, Sequence[tuple[tuple[str, ...], float]]]
"""Amounts by the first word of what names them, with all its words, the longest name first."""


@dataclass(frozen=True, slots=True)
class AnswerLengths:
    """The table of `answers.toml`. A name is read as a prompt is: in some scripts each of its characters is a word."""

    typical: Mapping[Category, float]
    factor: Mapping[Difficulty, float]
    per_unit: Named
    numbers: Mapping[str, float]
    multipliers: Mapping[str, float]
    of_each: Mapping[str, frozenset[str]]
    changes: Changes

    @classmethod
    def load(cls, path: Path = ANSWERS) -> AnswerLengths:
        """Raises `ValueError`, `KeyError` or `OSError`: the file is part of the code."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            typical={category: float(raw["typical"][category]) for category in Category},
            factor={difficulty: float(raw["difficulty"][difficulty]) for difficulty in Difficulty},
            per_unit=_named({name: raw["units"][unit] for unit, names in raw["words"].items() for name in names}),
            numbers=_by_word(raw["numbers"]),
            multipliers=_by_word(raw["multipliers"]),
            of_each={kind: frozenset(map(_word, names)) for kind, names in raw["lengths"].items()},
            changes=Changes(raw["changes"]),
        )

    def estimate(self, category: Category, difficulty: Difficulty, asked: Reading, prompt_tokens: int) -> int:
        """Tokens, between 8 and 8,000, of an answer to what is `asked` in a prompt of so many tokens."""
        change = self.changes.read(asked) if category is Category.GENERAL else None
        if category in _CAN_NAME_A_LENGTH and (lengths := self._named_lengths(asked.words, change)):
            # What is to be made of a longer text is said last.
            return _bounded(lengths[-1] if _says(SHORT, asked, change) or CHANGE in asked.found else max(lengths))
        short, long = _says(SHORT, asked, change), _says(LONG, asked, change)
        if change and (change.given or prompt_tokens > _CHANGED_FROM):
            return _bounded(_changed(change, prompt_tokens, short=short, long=long))
        tokens = self.typical[category] * self.factor[difficulty]
        if short:
            tokens = min(tokens * _SHORT_FACTOR, _SHORT_AT_MOST)
        elif long:
            tokens *= _LONG_FACTOR
        return _bounded(tokens)

    def _named_lengths(self, words: Sequence[Word], change: Change | None) -> list[float]:
        """The lengths that the answer shall have: a text that is to be changed may name others."""
        if change is None:
            return self._lengths(words)
        return self._lengths(words[change.first : change.after]) or self._lengths(words[: change.ahead])

    def _lengths(self, words: Sequence[Word]) -> list[float]:
        """Every length that the prompt names outright, in tokens, in their order."""
        texts = [word.text for word in words]
        counts: list[float | None] | None = None
        found: list[float] = []
        past = told = 0
        for place in range(len(texts)):
            if texts[place] not in self.per_unit or place < past or (unit := _at(self.per_unit, texts, place)) is None:
                continue
            counts = counts or self._counts(words, texts)
            after, per_unit = unit
            for before in range(place - 1, max(past, place - _NEAR) - 1, -1):
                if texts[before] in self.of_each["per"] or texts[before] in self.of_each["by"]:
                    break  # "One per line".
                if (count := counts[before]) is not None:
                    tokens = count * per_unit
                    if TOO_FEW <= tokens <= NONSENSE:
                        found.append(tokens * self._things(texts, counts, told, before, after))
                        told = after + 1
                    break
            past = after
        return found

    def _things(self, texts: Sequence[str], counts: Sequence[float | None], told: int, count: int, after: int) -> float:
        """How many things each have the length whose number ends at `count`: the first number near it, or one.

        What stands before `told` belongs to an earlier length.
        """
        ahead = range(count - 1, max(told, count - _EACH_AHEAD) - 1, -1)
        if _reaches(self.of_each["each"], texts, ahead) is None and not self._each_behind(texts, counts, after):
            return 1.0
        near = range(max(0, count - _THINGS_WITHIN), min(len(texts), count + _THINGS_WITHIN + 1))
        others = (counts[place] or 0.0 for place in near if place != count)
        return next((other for other in others if 1 <= other <= _MOST_THINGS), 1.0)

    def _each_behind(self, texts: Sequence[str], counts: Sequence[float | None], after: int) -> bool:
        """Whether the length that ends there is that of each of several things: "100 words each", "for each", "per"."""
        behind, of_each = texts[after : after + 2], self.of_each
        if behind and behind[0] in of_each["per"]:
            return True
        if behind and behind[0] in of_each["by"]:
            thing = behind[-1]
            near = (*texts[max(0, after - _THINGS_WITHIN) : after], *texts[after + 2 : after + _THINGS_WITHIN])
            return len(thing) >= _LETTERS and any(each.startswith(thing) for each in near)
        each = after + 1 if behind and behind[0] in of_each["to_each"] else after
        if not any(text in of_each["each"] for text in texts[each : each + 1]):
            return False
        # Before another number it belongs to that one: "mit jeweils zwei Sätzen", 每段100字.
        following = itertools.takewhile(lambda place: texts[place][0].isalnum(), range(each + 1, len(texts)))
        return not any(counts[place] for place in itertools.islice(following, 2))

    def _counts(self, words: Sequence[Word], texts: Sequence[str]) -> list[float | None]:
        """The number that ends with each word; one written in groups of three ends with the last group."""
        counts: list[float | None] = [None] * len(texts)
        room = 0.0  # Below it a number belongs to the one directly before it: 五 to 一百 but not to 三.
        for place, text in enumerate(texts):
            adjoins = place > 0 and words[place].start - words[place - 1].end <= 1
            begun = counts[place - 1] if adjoins else None
            if text in self.multipliers and (begun is not None or text in self.numbers):
                room = self.multipliers[text]
                so_far = begun or 0.0
                part = so_far % room
                counts[place] = so_far - part + (part or 1.0) * room
                continue
            if text.isdecimal():
                value, earlier = float(text[:6]), _group_before(words, place)
                if earlier is not None and (thousands := counts[earlier]) is not None:
                    value, counts[earlier] = thousands * 1000 + value, None
            elif text in self.numbers:
                value = self.numbers[text]
            else:
                continue
            if begun is None or value >= room:
                room = 0.0
            else:
                room, value = 0.0 if value else room, begun + value
            counts[place] = value
        return counts


def _says(group: str, asked: Reading, change: Change | None) -> bool:
    """Whether a phrase of the group is there; where a text is to be changed, in the words that ask for it."""
    phrases = asked.found.get(group, ())
    return any(change is None or change.first <= phrase.first < change.after for phrase in phrases)


def _changed(change: Change, prompt_tokens: int, *, short: bool, long: bool) -> float:
    """What is made of the text that is most of such a prompt."""
    tokens = prompt_tokens * _OF_CHANGED
    if change.left is Left.CONDENSED:
        tokens = min(tokens, _CONDENSED + prompt_tokens * _OF_CONDENSED, _CONDENSED_AT_MOST)
        tokens = min(tokens, _SHORT_AT_MOST) if short else tokens * (_LONG_FACTOR if long else 1.0)
    elif short:
        tokens *= _SHORT_FACTOR
    return max(tokens, _LEAST_CHANGED)


def _named(amounts: Mapping[str, float]) -> Named:
    named: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for name, amount in amounts.items():
        texts = _as_read(name)
        named.setdefault(texts[0], []).append((texts, float(amount)))
    return {first: sorted(names, key=lambda entry: -len(entry[0])) for first, names in named.items()}


def _by_word(amounts: Mapping[str, float]) -> dict[str, float]:
    return {_word(name): float(amount) for name, amount in amounts.items()}


def _word(name: str) -> str:
    (text,) = _as_read(name)
    return text


def _as_read(name: str) -> tuple[str, ...]:
    return tuple(word.text for word in split_words(name if name.isascii() else normalise(name).text))


def _at(named: Named, texts: Sequence[str], place: int) -> tuple[int, float] | None:
    """Where the longest name that begins there ends, and its amount."""
    for names, amount in named[texts[place]]:
        if (after := place + len(names)) <= len(texts) and tuple(texts[place:after]) == names:
            return after, amount
    return None


def _reaches(names: frozenset[str], texts: Sequence[str], places: Iterable[int]) -> int | None:
    """The first of these places where one of the names stands, with no sign before it."""
    for place in places:
        if texts[place] in names:
            return place
        if not texts[place][0].isalnum():
            break
    return None


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


def _bounded(tokens: float) -> int:
    return round(min(MOST, max(LEAST, tokens)))
