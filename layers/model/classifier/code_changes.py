"""Whether pasted code shall come back whole: ported, typed, commented, or asked for "in full"."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from classifier.code_names import names_beside
from classifier.left import ENDS, Left
from classifier.material import is_laden
from classifier.phrases import Found, PhraseIndex
from classifier.rules import Reading
from classifier.spans import breaks

_FENCE, _APOSTROPHES, _QUOTES, _QUESTION = "```", "'’", "'’`\"", "?"
_REWRITTEN, _ADDED, _WHOLE, _EVERY = "rewritten", "added", "whole", "every"
_PART, _STILL, _ASKED = "part", "still", "asked"
_WITHIN = 6
"""Words from "don't" up to what is not asked for."""
_CONVERTED_WITHIN = 4
"""Words from "convert" up to "to JSON"."""
_THIS, _ONE = frozenset({"this", "these"}), frozenset({"function", "class"})
_WORDS = (
    "this", "gives", "between", "behind", "into", "everything", "converts", "joins", "unless", "questions", "how",
    "endings",
)  # fmt: skip


class CodeChanges:
    """Reads it by the phrases that rewrite code, add to it, or name it as a whole, those that want a part of it or
    something else, those that do not though they look so, those of a question, and words around them."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        """Raises `KeyError` or `ValueError`: the phrases are part of the code."""
        kinds = {kind: phrases[kind] for kind in (_REWRITTEN, _WHOLE, _EVERY, _PART, _STILL, _ASKED, Left.UNFOLDED)}
        rewritten = [" ".join(words) for words in itertools.product(phrases["verbs"], phrases["objects"])]
        added = [f"add {what}" for what in phrases[_ADDED]]
        self._index = PhraseIndex({**kinds, _REWRITTEN: [*rewritten, *phrases[_REWRITTEN]], _ADDED: added})
        self._words = {kind: frozenset(phrases[kind]) for kind in _WORDS}

    def read(self, reading: Reading, short: Iterable[Found]) -> Left | None:
        """Kept or unfolded, or None where the code itself is not asked for, as where phrases want something `short`."""
        if not reading.words or not is_laden(reading.prompt.text):
            return None
        around = _around(reading)
        found = [phrase for first, after in around for phrase in self._found(reading, first, after)]
        still = {place for each in found if each.group == _STILL for place in range(each.first, each.after)}
        said = (each for each in short if any(first <= each.first < after for first, after in around))
        if any(each.first not in still for each in (*(each for each in found if each.group == _PART), *said)):
            return None
        texts = [word.text for word in reading.words]
        asking = [phrase for phrase in found if self._asks(reading, texts, phrase)]
        names = names_beside(reading, asking)
        full = [phrase for phrase in found if phrase.group in {_WHOLE, _EVERY}]
        if all(any(self._is_of_one(reading, each, name, full) for name in names.get(each, ())) for each in asking):
            return None
        return Left.UNFOLDED if any(self._unfolds(reading, phrase) for phrase in found) else Left.KEPT

    def _found(self, reading: Reading, first: int, after: int) -> Iterator[Found]:
        for phrase in self._index.find(reading.words[first:after]):
            yield Found(phrase.group, phrase.first + first, phrase.after + first)

    def _asks(self, reading: Reading, texts: Sequence[str], phrase: Found) -> bool:
        """A verb is a request where it opens a sentence, or stands last as outside our alphabet; a whole is one behind
        what gives it."""
        clause = list(itertools.islice(_clause(reading, texts, phrase.first), _WITHIN))
        if phrase.group not in {_REWRITTEN, _ADDED, _WHOLE} or not self._words["unless"].isdisjoint(clause):
            return False
        behind = texts[phrase.after : phrase.after + 2]
        if phrase.group == _WHOLE:
            gives = next((text for text in clause if text not in self._words["between"]), "")
            ends = not behind or not behind[0][0].isalnum() or behind[0] in self._words["behind"]
            return ends and gives in self._words["gives"] and not self._begins_a_question(reading, texts, phrase.first)
        if not "".join(texts[phrase.first : phrase.after]).isascii():
            return not self._is_question(reading, texts, phrase)
        if not clause and behind[:1] == [_QUESTION]:
            return False
        asks = phrase.first in reading.openings or bool(clause and clause[0] in self._words["joins"])
        return asks and self._means_all(phrase, texts[phrase.after - 1], behind)

    def _begins_a_question(self, reading: Reading, texts: Sequence[str], place: int) -> bool:
        """Whether the clause before that word asks how something is done."""
        *_, begins = ("", *itertools.islice(_clause(reading, texts, place), ENDS))
        return begins in self._words["questions"]

    def _is_of_one(self, reading: Reading, phrase: Found, name: int, full: Iterable[Found]) -> bool:
        """Whether what the name that begins there stands for is alone meant: not where it only tells how all shall be
        changed, nor what is wrong with what is asked for `full`, nor in a sentence behind."""
        words = reading.words
        place = bisect_left(words, name, key=lambda word: word.start)
        if place < phrase.after:
            return phrase.group != _WHOLE or words[phrase.after - 1].text in _ONE
        between = [word.text for word in words[phrase.after : place]]
        if phrase.group == _EVERY or not self._words["how"].isdisjoint(between):
            return False
        if phrase.group == _WHOLE:
            return all(text[0].isalnum() or text in _QUOTES for text in between)
        if any(breaks(reading, each) for each in range(phrase.after, min(place + 1, len(words)))):
            return False
        amid = (each for each in full if phrase.after <= each.first and each.after <= place)
        return all(self._is_of_one(reading, each, name, ()) for each in amid)

    def _means_all(self, phrase: Found, last: str, behind: Sequence[str]) -> bool:
        """Whether the words behind leave it all that is meant: "refactor this function", but not "this regex"."""
        if not behind:
            return True
        if phrase.group == _ADDED:
            return behind[0] not in self._words["into"] or self._words["everything"].issuperset(behind[1:])
        if last not in _THIS or not (behind[0][0].isalnum() or behind[0] in _APOSTROPHES):
            return True
        return behind[0] in self._words["this"] and behind[-1] not in _APOSTROPHES

    def _is_question(self, reading: Reading, texts: Sequence[str], phrase: Found) -> bool:
        """Whether the sentence of the phrase asks about it."""
        first, after = phrase.first, phrase.after
        while first and not breaks(reading, first):
            first -= 1
        while after < len(texts) and not breaks(reading, after):
            after += 1
        if any(each.group == _ASKED for each in self._index.find(reading.words[first:after])):
            return True
        return "".join(text for text in texts[first:after] if text[0].isalnum()).endswith(tuple(self._words["endings"]))

    def _unfolds(self, reading: Reading, phrase: Found) -> bool:
        """Whether it turns a table into what names each of its values."""
        if phrase.group != Left.UNFOLDED or not reading.features.rows.characters:
            return False
        before = [word.text for word in reading.words[max(0, phrase.first - _CONVERTED_WITHIN) : phrase.after]]
        return not "".join(before).isascii() or not self._words["converts"].isdisjoint(before)


def _clause(reading: Reading, texts: Sequence[str], place: int) -> Iterator[str]:
    """The words of its clause before that word, the last first."""
    while place and not breaks(reading, place) and (texts[place - 1][0].isalnum() or texts[place - 1] in _APOSTROPHES):
        place -= 1
        yield texts[place]


def _around(reading: Reading) -> tuple[tuple[int, int], tuple[int, int]]:
    """The words before the code, and those behind it: around a fence, else in the first block and in the last line."""
    text, words = reading.prompt.text, reading.words
    opened, closed = text.find(_FENCE), text.rfind(_FENCE)
    if opened < 0:
        stripped = text.rstrip()
        opened, closed = text.find("\n\n" if "\n\n" in stripped else "\n", words[0].start), stripped.rfind("\n")
    opened = len(text) if opened < 0 else opened
    lead = sum(word.end <= opened for word in words[:ENDS])
    trail = sum(word.start > closed for word in words[-ENDS:])
    return (0, lead), (max(lead, len(words) - trail), len(words))
