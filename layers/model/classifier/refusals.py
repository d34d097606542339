"""Whether more than a length is refused: "don't go over 50 words", but not "don't hesitate to go over 50 words"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from classifier.phrases import Found, PhraseIndex
from classifier.words import Word

_NO, _DONT, _MORE, _CAPPED, _WILLING, _LAPSES = "no", "dont", "more", "capped", "willing", "lapses"
_REJECTED = "rejected"
_ALONE = ("before", "states", "orders", "joins", "bounds", "behind", "becomes", "parts", "pieces", "nothing", "longer")
"""Kinds of words that count one by one; the others are phrases."""
_WITHIN, _BEHIND = 24, 8
"""Words before a number, and behind its unit, that may belong to a refusal."""
_CLOSE = 2
"""Words between "don't" and "forget", where nothing is refused, and from "hésite" to a "pas" behind it."""
_PART_WITHIN = 3
"""Words behind a length in which it may say that it is one of a part: "in the title"."""
_DO = "do"
CLAUSE_SIGNS = frozenset(",，、:：—–()")


class More(Enum):
    """What is said of more than a length: nothing, that it is welcome, that it is not, or, to who answers, that it
    shall not be."""

    UNSAID = 0
    WELCOME = 1
    REFUSED = 2
    FORBIDDEN = 3


class Refusals:
    """Reads it by the phrases that refuse, those that tell of more, and the words around them."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        """Raises `KeyError` or `ValueError`: the phrases are part of the code."""
        self._index = PhraseIndex({kind: phrases[kind] for kind in (_NO, _DONT, _MORE, _CAPPED, _WILLING, _LAPSES)})
        self._rejected = PhraseIndex({_REJECTED: phrases[_REJECTED]})
        self._words = {kind: frozenset(phrases[kind]) for kind in _ALONE}

    def of_more(self, words: Sequence[Word], begin: int, number: int, after: int) -> More:
        """Than a length in a sentence that begins there, by the places of its number and behind its unit."""
        clause = words[_clause(words, begin, number) : number]
        said = self._said(clause)
        place = len(clause)
        while place and clause[place - 1].text in self._words["bounds"] | self._words["behind"]:
            place -= 1
        capped = [each.first for each in said.get(_CAPPED, ()) if each.after == len(clause)]
        if capped and self._last(said, min(capped)):
            return More.WELCOME
        more = [each for each in said.get(_MORE, ()) if place <= each.after <= len(clause)]
        if not more:
            return More.UNSAID
        first = min(each.first for each in more)
        behind = words[after : after + 1]
        if any(word.text in self._words["behind"] for word in (*clause[more[-1].after :], *behind)):
            return More.FORBIDDEN if self._is_told(clause, first, first) else More.REFUSED
        refusal = self._last(said, first)
        if refusal is None:
            return More.UNSAID
        if self._is_willing(clause, refusal, said.get(_WILLING, ()), first) or self._is_rejected(words, after):
            return More.WELCOME
        of_part = self._is_of_pieces(clause, refusal, first) or self._is_part(words, after)
        told = not of_part and self._is_told(clause, refusal.first, first)
        return More.FORBIDDEN if told else More.REFUSED

    def of_all(self, words: Sequence[Word], begin: int, number: int, asks: Iterable[int]) -> bool:
        """Whether it shall not have that length at all, "do not write 600 words", where words at `asks` have it written
        that neither stand in a clause behind that, as in "do not use lists, write 600 words", nor behind "and"."""
        start = _clause(words, begin, number)
        asks = [at for at in asks if at < number]
        if not any(at >= start for at in asks):
            start = begin
        opening = self.opening(words, start, number)
        clause = words[opening : min(number, opening + _WITHIN)]
        said = self._said(clause)
        refusal = next((each for each in said.get(_DONT, ()) if each.first == 0), None)
        if refusal is None or any(each.first - refusal.after <= _CLOSE for each in said.get(_LAPSES, ())):
            return False
        return not any(opening < at and words[at - 1].text in self._words["joins"] for at in asks)

    def opening(self, words: Sequence[Word], begin: int, number: int) -> int:
        """Where a sentence begins behind courtesies, with its "do" if it has one."""
        skipped = self._words["before"] - {_DO}
        while begin < number and (words[begin].text in skipped or not words[begin].text[0].isalnum()):
            begin += 1
        return begin

    def _said(self, clause: Sequence[Word]) -> dict[str, list[Found]]:
        said: dict[str, list[Found]] = {}
        for each in self._index.find(clause):
            said.setdefault(each.group, []).append(each)
        return said

    def _last(self, said: Mapping[str, Sequence[Found]], first: int) -> Found | None:
        """The refusal that ends last before that word, in all its words; "don't forget" is none."""
        lapses = [each.first for each in said.get(_LAPSES, ())]
        refusals = [
            each
            for each in said.get(_NO, ())
            if each.after <= first and not any(0 <= at - each.after <= _CLOSE for at in lapses)
        ]
        return max(refusals, key=lambda each: (each.after, -each.first), default=None)

    def _is_told(self, clause: Sequence[Word], refusal: int, more: int) -> bool:
        """Whether nothing before a refusal tells of anyone but who answers, from the last "and" on, nor, up to "more",
        only how something is."""
        orders, states = self._words["orders"], self._words["states"]
        told = states | orders | self._words["before"]
        states_it = clause[refusal].text in states
        for word in reversed(clause[:refusal]):
            if word.text in self._words["joins"]:
                break
            if word.text not in told and word.text[0].isalnum():
                return False
            states_it = states_it or word.text in states
        return not states_it or any(word.text in orders for word in clause[:more])

    def _is_willing(self, clause: Sequence[Word], refusal: Found, willing: Iterable[Found], first: int) -> bool:
        """Whether it is reluctance that is refused: "do not hesitate", "n'hésite pas"."""
        begin = refusal.first - _CLOSE if clause[refusal.first].text in self._words["behind"] else refusal.after
        return any(begin <= each.first < first for each in willing)

    def _is_rejected(self, words: Sequence[Word], after: int) -> bool:
        """Whether what has that length is what is refused: "answers that do not exceed 50 words are rejected"."""
        behind = words[after : after + _BEHIND]
        found = {each.first for each in self._rejected.find(behind)}
        for place, word in enumerate(behind):
            if place in found:
                return True
            if word.text not in self._words["becomes"]:
                return False
        return False

    def _is_of_pieces(self, clause: Sequence[Word], refusal: Found, more: int) -> bool:
        """Whether it is the length of what the answer has many of: "no label longer than 40 words"."""
        between = [word.text for word in clause[refusal.after : more]]
        none = clause[refusal.first].text in self._words["nothing"] and clause[more].text in self._words["longer"]
        return (none and not self._words["before"].issuperset(between)) or not self._words["pieces"].isdisjoint(between)

    def _is_part(self, words: Sequence[Word], after: int) -> bool:
        """Whether it is the length of a part, "20 words per sentence", and not "per answer"."""
        texts = [word.text for word in words[after : after + _PART_WITHIN]]
        place = next((at for at, text in enumerate(texts) if text in self._words["parts"]), None)
        return place is not None and self._words["before"].isdisjoint(texts[place + 1 : place + 2])


def _clause(words: Sequence[Word], begin: int, number: int) -> int:
    """Where the clause begins that the number stands in, or enough of it."""
    place = number
    while place > max(begin, number - _WITHIN) and words[place - 1].text not in CLAUSE_SIGNS:
        place -= 1
    return place
