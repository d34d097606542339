"""Whether a length is asked for, or only mentioned: "write 300 words", but not "I read 300 pages"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Flag

from classifier.changes import Change
from classifier.left import CHANGE, ENDS, Left
from classifier.refusals import CLAUSE_SIGNS, More, Refusals
from classifier.spans import Span, Stated, breaks, is_amid, sentence, stands_alone

MAKE = "make"
_FORMS = ("creative_form", "practical_text")
"""Groups of `rules.toml`: what makes something, and things that are written."""

_MAKER_WITHIN, _CLOSE_WITHIN = 24, 2
"""Words between a length and the verb that asks for it; and between verb and number before a name that mostly means
something else."""
_ALONE = ("asks", "past", "behind", "results", "must", "given", "own", "with", "tells", "how", "articles", "rough")
_IN_ORDER = ("limits", "labels", "wants", "listed")
"""Kinds of words that count one by one, and kinds of phrases."""
_PHRASE = 4
"""Words of a phrase before a number at most."""
_FEW_TOKENS, _FEW_WORDS = 20, 50
"""Less is a length only where it says "words" or sets a limit; and fewer words "with" which something is written are
those that it shall use."""
_VAGUE = frozenset({"item", "bullet"})
"""With a name that mostly means something else, one of these is an article, as 一个, or "a little", as 一点."""
_OF_SOURCE = frozenset({"page", "word", "item", "character"})
"""What a text that is to be condensed may be told by."""
_DO, _NOT, _ITEM = "do", "not", "item"


class Asked(Flag):
    """How a length is told: not of the answer, of the answer, as its limit, or so that more is refused."""

    NOT = 0
    LENGTH = 1
    LIMITED = 2
    MOST = 4


class Wanted:
    """Judges lengths by the words around them."""

    def __init__(self, phrases: Mapping[str, Collection[tuple[str, ...]]], refusals: Refusals) -> None:
        """Raises `KeyError` for a kind that is missing: the phrases are part of the code."""
        self._refusals = refusals
        self._phrases = {kind: frozenset(phrases[kind]) for kind in _IN_ORDER}
        self._words = {kind: frozenset(text for phrase in phrases[kind] for text in phrase) for kind in _ALONE}

    def judge(self, span: Span, stated: Stated, change: Change | None) -> Asked:
        """How the length is told in the span, whose words are those of a `change` where there is one."""
        direct = stated.unit == stated.last + 1
        if stated.close and (not direct or (stated.amount == 1 and stated.kind in _VAGUE)):
            return Asked.NOT
        begin = sentence(span, stated.first)
        number = self._without_rough(span.texts, begin, stated.first)
        more = self._refusals.of_more(span.asked.words, begin, number, stated.after)
        if more is More.WELCOME:
            return Asked.NOT
        told = self._is_told(span, begin, number)
        limited = (
            told
            or (more is More.FORBIDDEN and stated.kind != _ITEM)
            or self._is_limited(span.texts, begin, number, stated.after)
        )
        if self._is_given(span.texts, begin, number, stated) and not limited:
            return Asked.NOT
        if stated.tokens < _FEW_TOKENS and not limited and not (direct and stated.kind == "word"):
            return Asked.NOT
        if change is None and is_amid(span.asked, stated):
            limited = told
            if not told and not (len(span.asked.words) <= 2 * ENDS and stands_alone(span, number, stated.after)):
                return Asked.NOT
        most = Asked.NOT if more is More.UNSAID else Asked.MOST
        if limited:
            return Asked.LIMITED | most
        asked = self._is_asked_for(span, begin, number, stated, change, more)
        return Asked.LENGTH | most if asked else Asked.NOT

    def _is_asked_for(
        self, span: Span, begin: int, number: int, stated: Stated, change: Change | None, more: More
    ) -> bool:
        texts = span.texts
        if self._ends(texts, begin, number, "wants") or self._is_listed(span, stated):
            return True
        makers = self._makers(span, begin, stated)
        owned = number > begin and texts[number - 1] in self._words["own"]
        if owned and number - 1 not in _ends_of_making(span, makers):
            return False
        if self._asks_how(span, begin, number, refused=more is More.FORBIDDEN):
            return False
        asks = [first for first, _ in makers]
        if more is More.UNSAID and self._refusals.of_all(span.asked.words, begin, number, asks):
            return False
        if change and change.left is Left.CONDENSED:
            behind = texts[stated.after : stated.after + 1]
            becomes = stated.kind not in _OF_SOURCE or not self._words["results"].isdisjoint(behind)
            return becomes or stands_alone(span, number, stated.after)
        if stated.close:
            return any(0 <= number - after <= _CLOSE_WITHIN for _, after in makers)
        tells_nothing = self._words["tells"].isdisjoint(texts[begin:number])
        return (
            any(0 <= number - after <= _MAKER_WITHIN for _, after in makers)
            or (tells_nothing and any(_is_behind(texts, stated.after, first) for first, _ in makers))
            or self._only_names(span, begin, number, stated)
        )

    def _is_listed(self, span: Span, stated: Stated) -> bool:
        """Whether the line ends with such a unit as asks by that: アイデアを5つ."""
        ends = stated.after == len(span.texts) or breaks(span.asked, stated.after)
        return ends and tuple(span.texts[stated.unit : stated.after]) in self._phrases["listed"]

    def _asks_how(self, span: Span, begin: int, number: int, *, refused: bool) -> bool:
        """Whether the sentence asks for something else than to have it written: "do 300 pages", but not "do a page",
        nor "do not", where more is refused or which others judge."""
        texts, how = span.texts, self._words["how"]
        opening = self._refusals.opening(span.asked.words, begin, number)
        directly, behind = texts[opening : opening + 1], texts[opening + 1 : opening + 2]
        does = directly == [_DO] and (behind == [_NOT] or not self._words["articles"].isdisjoint(behind))
        if refused or does:
            how = how - {_DO}
        return not how.isdisjoint(texts[begin : begin + 2])

    def _makers(self, span: Span, begin: int, stated: Stated) -> list[tuple[int, int]]:
        """Where the words of the sentence stand that ask for something."""
        end = next((at for at in range(stated.after, len(span.texts)) if breaks(span.asked, at)), len(span.texts))
        phrases = (phrase for group in (MAKE, CHANGE) for phrase in span.asked.found.get(group, ()))
        made = [
            (phrase.first, phrase.after)
            for phrase in phrases
            if begin <= phrase.first < end and span.texts[phrase.first] not in self._words["past"]
        ]
        asks = self._words["asks"]
        return made + [(place, place + 1) for place in range(begin, end) if span.texts[place] in asks]

    def _is_given(self, texts: Sequence[str], begin: int, number: int, stated: Stated) -> bool:
        """Whether the number is that of things the prompt has: "these 5 words", "with 20 characters"."""
        if number == begin:
            return False
        before = texts[number - 1]
        if before in self._words["given"]:
            return True
        few = stated.kind == "character" or (stated.kind == "word" and stated.amount < _FEW_WORDS)
        return few and before in self._words["with"]

    def _is_limited(self, texts: Sequence[str], begin: int, number: int, after: int) -> bool:
        behind = after < len(texts) and texts[after] in self._words["behind"]
        return behind or self._ends(texts, begin, number, "limits")

    def _is_told(self, span: Span, begin: int, number: int) -> bool:
        """Whether it says outright that the answer has this length: "Length: 500 words", "it should be 2 pages"."""
        texts = span.texts
        colon = number > begin and texts[number - 1] in {":", "：", "-", "="}
        if self._ends(texts, begin, number - 1 if colon else number, "labels"):
            return True
        return not self._words["must"].isdisjoint(texts[begin:number])

    def _only_names(self, span: Span, begin: int, number: int, stated: Stated) -> bool:
        """Whether the sentence, up to the length, only names what is wanted: "3 poems of 2 pages", "essay, 2 pages"."""
        texts, tells = span.texts, self._words["tells"]
        if not tells.isdisjoint(texts[begin : stated.after + 1]) or texts[begin] in self._words["own"]:
            return False
        if stands_alone(span, number, stated.after) and (number == begin or texts[number - 1] != "("):
            return True
        opening = begin
        while opening < number and (texts[opening] in self._words["articles"] or not texts[opening][0].isalnum()):
            opening += 1
        if any(each and each.first == opening for each in span.numbers[opening : stated.last + 1]):
            return True
        forms = (phrase for group in _FORMS for phrase in span.asked.found.get(group, ()))
        return any(begin <= phrase.first < stated.after + _MAKER_WITHIN for phrase in forms)

    def _without_rough(self, texts: Sequence[str], begin: int, number: int) -> int:
        """Where the number begins, with "about" and the like before it."""
        while number > begin and texts[number - 1] in self._words["rough"]:
            number -= 1
        return number

    def _ends(self, texts: Sequence[str], begin: int, place: int, kind: str) -> bool:
        """Whether a phrase of the kind ends directly before that place."""
        sizes = range(1, min(_PHRASE, place - begin) + 1)
        return any(tuple(texts[place - size : place]) in self._phrases[kind] for size in sizes)


def _ends_of_making(span: Span, makers: Sequence[tuple[int, int]]) -> set[int]:
    """The places behind what makes something: "write my 500 words" has them written, "shorten my 500 words" not."""
    changes = {phrase.first for phrase in span.asked.found.get(CHANGE, ())}
    return {after for first, after in makers if first not in changes}


def _is_behind(texts: Sequence[str], after: int, first: int) -> bool:
    """Whether a verb comes behind a length, near and in its clause, as where verbs come last."""
    return after <= first <= after + _MAKER_WITHIN and CLAUSE_SIGNS.isdisjoint(texts[after:first])
