"""What instructions say of the length of every answer, and not only of a title, or of the answer to some questions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from classifier.lengths import Length
from classifier.phrases import Found, PhraseIndex
from classifier.rules import Reading
from classifier.spans import breaks
from llm_router.taxonomy import AnswerLimit

_BRIEF, _NAMES, _ELSE, _SOFTENS, _UNLESS, _MORE = "brief", "names", "else", "softens", "no", "more"
_UNLESS_WITHIN = 5
"""Words between "never" and what is not wanted."""
_NO = "no"
_CLAUSE_SIGNS = frozenset(",，、:：—–()")


class Instructions:
    """Reads it by the phrases that want every answer brief by themselves, those that name answers, those that tell of
    something else or of some cases only, those that make brief less so, and those before what is not wanted, unless
    those follow that refuse more than a length."""

    def __init__(
        self, told: Mapping[str, Sequence[str]], refused: Mapping[str, Sequence[str]], short: AnswerLimit
    ) -> None:
        """`short` is what answers have that shall be brief. Raises `KeyError` or `ValueError`: the phrases are part of
        the code."""
        phrases = {kind: told[kind] for kind in (_BRIEF, _NAMES, _ELSE, _SOFTENS)}
        self._index = PhraseIndex(phrases | {kind: refused[kind] for kind in (_UNLESS, _MORE)})
        self._short = short

    def limit(self, told: Reading, named: Iterable[Length], short: Iterable[Found]) -> AnswerLimit:
        """By the lengths that they name, and by the phrases that want something short.

        A length counts only in a clause that names answers, such a phrase in a sentence that does.
        """
        said: dict[str, list[Found]] = {}
        for each in self._index.find(told.words):
            said.setdefault(each.group, []).append(each)
        sentences, clauses = _parts(told, frozenset()), _parts(told, _CLAUSE_SIGNS)
        more = said.get(_MORE, ())
        begin_more = {each.first for each in more}
        of_more = {at for each in more for at in range(each.first, each.after)}
        others = {sentences[each.first] for each in said.get(_ELSE, ()) if each.first not in of_more}
        answers = {place for each in said.get(_NAMES, ()) for place in range(each.first, each.after)}
        by_sentence, by_clause = {sentences[each] for each in answers}, {clauses[each] for each in answers}
        refused = [each.after for each in said.get(_UNLESS, ()) if each.after not in begin_more]
        limits = [
            length.tokens
            for length in named
            if clauses[length.at] in by_clause
            and sentences[length.at] not in others
            and (length.most or (length.limited and not _is_in(refused, clauses, length.at)))
        ]
        brief = (each for each in short if sentences[each.first] in by_sentence and not _bars_the_rest(told, each))
        wanted = (*said.get(_BRIEF, ()), *brief)
        others |= {sentences[each.first] for each in said.get(_SOFTENS, ())}
        if any(sentences[each.first] not in others and not _is_in(refused, clauses, each.first) for each in wanted):
            return AnswerLimit(self._short.share, min([*limits, self._short.most]))
        return AnswerLimit(most=max(limits)) if limits else AnswerLimit()


def _bars_the_rest(told: Reading, short: Found) -> bool:
    """Whether it only wants nothing beside the answer, however long that is: "no explanation"."""
    return told.words[short.first].text == _NO


def _is_in(refused: Iterable[int], clauses: Sequence[int], first: int) -> bool:
    """Whether a refusal ends close before that word, in its clause."""
    return any(first - _UNLESS_WITHIN <= after <= first and clauses[after - 1] == clauses[first] for after in refused)


def _parts(told: Reading, signs: frozenset[str]) -> Sequence[int]:
    """The number of each word's sentence, or with the signs that end one, of its clause."""
    return list(itertools.accumulate(_begins(told, signs), initial=0))


def _begins(told: Reading, signs: frozenset[str]) -> Iterator[bool]:
    for place in range(1, len(told.words)):
        yield breaks(told, place) or told.words[place - 1].text in signs
