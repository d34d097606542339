"""What is left of a text that is changed, and the phrases that ask for it at either end of a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from classifier.phrases import Found, PhraseIndex
from classifier.rules import Reading
from classifier.words import Word

CHANGE = "change"
"""The group of `rules.toml`."""

ENDS = 60
"""Words from either end of a prompt in which the request stands; between them lies the text."""

_TEXT = "…"
"""Stands for each name of a text in a phrase."""
_IN_PART = frozenset({"expand", "shorter"})
"""First words of phrases that the word behind them may turn to a part: "expand this acronym", "shorter sentences"."""
_SPELT = "dich"
"""Vietnamese with its accent; without, and alone, it is German."""
_SENTENCE = 20
"""Words on either side of a title that may belong to its sentence."""


class Left(StrEnum):
    """How much is left of a text: about all of it, as much in each language, as much and the names of its values, more,
    half, a small part, what it is called, or as much as the new thing takes."""

    KEPT = "kept"
    TRANSLATED = "translated"
    UNFOLDED = "unfolded"
    LENGTHENED = "lengthened"
    SHORTENED = "shortened"
    CONDENSED = "condensed"
    TITLED = "titled"
    RESHAPED = "reshaped"


_KINDS = frozenset({Left.KEPT, Left.UNFOLDED})
"""Those whose phrases only tell what kind of a change is asked for; the others' ask for one by themselves."""
_LENGTHS = frozenset({Left.SHORTENED, Left.LENGTHENED})


class ChangePhrases:
    """Finds them by the phrases of each kind, the names of texts, the words that go on behind what shortens or
    lengthens all of a text, and those beside a title that want more."""

    def __init__(self, phrases: Mapping[str, Sequence[str]], words: Mapping[str, Sequence[str]]) -> None:
        """Raises `KeyError` or `ValueError`: the phrases are part of the code."""
        texts = words["texts"]
        self._index = PhraseIndex({left: list(_spelt_out(phrases[left], texts)) for left in Left})
        self._whole, self._besides = frozenset(words["whole"]), frozenset(words["besides"])

    def read(self, reading: Reading) -> tuple[list[Found], list[Found]]:
        """Every phrase near either end that asks for a change, in their order, its group the name of what it leaves;
        and those that tell its kind."""
        tail = max(ENDS, len(reading.words) - ENDS)
        found = [each for each in self._near_the_ends(reading, tail) if self._counts(reading, each)]
        own = [each for each in found if each.group not in _KINDS]
        titles = _places(each for each in own if each.group == Left.TITLED)
        if titles:
            own = [each for each in own if each.group != Left.CONDENSED or titles.isdisjoint(_places([each]))]
        taken = _places(own)
        kept = (
            Found(Left.KEPT, each.first, each.after)
            for each in reading.found.get(CHANGE, ())
            if (each.after <= ENDS or each.first >= tail)
            and taken.isdisjoint(range(each.first, each.after))
            and _is_spelt(reading, each)
        )
        asking = sorted((*own, *kept), key=lambda each: each.first)
        return asking, [each for each in found if each.group in _KINDS]

    def _near_the_ends(self, reading: Reading, tail: int) -> Iterator[Found]:
        yield from self._index.find(reading.words[:ENDS])
        for each in self._index.find(reading.words[tail:]):
            yield Found(each.group, each.first + tail, each.after + tail)

    def _counts(self, reading: Reading, phrase: Found) -> bool:
        """Whether it says of the whole text what its words mostly do."""
        words, begins = reading.words, reading.words[phrase.first].text
        if phrase.group in _LENGTHS and begins in _IN_PART:
            behind = words[phrase.after].text if phrase.after < len(words) else ""
            alone = begins == "shorter" and phrase.after - phrase.first == 1
            if behind[:1].isalnum() and behind not in self._whole:
                return False
            return not alone or phrase.first in reading.openings
        if phrase.group == Left.TITLED:
            return self._besides.isdisjoint(word.text for word in _sentence(reading, phrase))
        return phrase.group != Left.TRANSLATED or _is_spelt(reading, phrase)


def _is_spelt(reading: Reading, phrase: Found) -> bool:
    word = reading.words[phrase.first]
    alone = phrase.after - phrase.first == 1 and word.text == _SPELT
    return not alone or reading.prompt.text[word.start : word.end].lower() != _SPELT


def _sentence(reading: Reading, phrase: Found) -> Sequence[Word]:
    first, after = phrase.first, phrase.after
    while first > max(0, phrase.first - _SENTENCE) and not reading.words[first].opens:
        first -= 1
    until = min(len(reading.words), phrase.after + _SENTENCE)
    while after < until and not reading.words[after].opens:
        after += 1
    return reading.words[first:after]


def _places(found: Iterable[Found]) -> set[int]:
    return {place for each in found for place in range(each.first, each.after)}


def _spelt_out(phrases: Iterable[str], texts: Iterable[str]) -> Iterator[str]:
    for phrase in phrases:
        if _TEXT in phrase:
            yield from (phrase.replace(_TEXT, text) for text in texts)
        else:
            yield phrase
