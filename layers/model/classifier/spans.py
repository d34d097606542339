"""Numbers with a unit in the words of a prompt, and where these stand: in which sentence, alone, or amid material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from classifier.counts import Number
from classifier.material import edges
from classifier.rules import Reading

_SENTENCE_SIGNS = frozenset("!?;。！？；…؟।•")


class Stated(NamedTuple):
    """A number on the words from `first` to `last`, and a unit from `unit` up to, not including, `after`.

    A unit is `close` when its name mostly means something else, unless the number is directly before it.
    """

    first: int
    last: int
    unit: int
    after: int
    kind: str
    close: bool
    amount: float
    tokens: float


@dataclass(frozen=True, slots=True)
class Span:
    """The words of a prompt, up to the last that may name a length, the numbers that end with them, and the first."""

    asked: Reading
    texts: Sequence[str]
    numbers: Sequence[Number | None]
    first: int


def breaks(asked: Reading, place: int) -> bool:
    """Whether a sentence or line begins with that word. A sign within a number or a word, as in "3.5", ends none."""
    before, word = asked.words[place - 1], asked.words[place]
    if before.text in _SENTENCE_SIGNS:
        return True
    between = asked.prompt.text[before.end : word.start]
    return bool(between) and (before.text == "." or "\n" in between)


def sentence(span: Span, place: int) -> int:
    """Where the sentence of that word begins."""
    while place > span.first and not breaks(span.asked, place):
        place -= 1
    return place


def stands_alone(span: Span, number: int, after: int) -> bool:
    """Whether the length is all that its clause says: "- 800 words", "Summarise this, 3 pages"."""
    texts = span.texts
    opens = number == span.first or breaks(span.asked, number) or not texts[number - 1][0].isalnum()
    return opens and (after == len(texts) or not texts[after][0].isalnum() or breaks(span.asked, after))


def is_amid(asked: Reading, stated: Stated) -> bool:
    """Whether the length stands neither in the first nor in the last block of several, between which material lies."""
    text, words = asked.prompt.text, asked.words
    if "\n" not in text.strip():
        return False
    first, last = edges(text, words)
    return first <= stated.first < len(words) - last
