"""Into which languages a text shall be translated: into each of several it takes its length anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from classifier.phrases import Found, PhraseIndex
from classifier.words import Word

_ENGLISH, _OTHER = "english", "other"
_TO_WITHIN = 3
"""Words from "to" up to the language: "into simple, plain English"."""


class Into(NamedTuple):
    """So many languages, English among them or not."""

    languages: int
    english: bool


NOWHERE = Into(0, False)


class Languages:
    """Reads it by the names of languages, the words before those a text is translated into, of which some are before
    that of the text as well, and the words between them."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        """Raises `KeyError` or `ValueError`: the names are part of the code."""
        self._index = PhraseIndex({kind: names[kind] for kind in (_ENGLISH, _OTHER)})
        self._to, self._in, self._from, self._joins = (frozenset(names[kind]) for kind in ("to", "in", "from", "joins"))

    def into(self, words: Sequence[Word]) -> Into:
        """By the words of the request; one language where none is named, or none for certain."""
        texts = [word.text for word in words]
        named = list(self._index.find(words))
        lists = self._lists(texts, named)
        # "Translate this text in French to English": where only "in" and the like are said, the last tells it.
        meant = [each for certain, those in lists if certain for each in those] or [
            each for _, those in lists[-1:] for each in those
        ]
        if not meant:
            return Into(1, bool(named) and all(each.group == _ENGLISH for each in named))
        languages = {" ".join(texts[each.first : each.after]) for each in meant}
        return Into(len(languages), any(each.group == _ENGLISH for each in meant))

    def _lists(self, texts: Sequence[str], named: Sequence[Found]) -> list[tuple[bool, list[Found]]]:
        """The lists of languages behind "to" or "in", and whether it is certain that a text becomes one in them."""
        lists: list[tuple[bool, list[Found]]] = []
        end = -1
        for each in named:
            joining = [text for text in texts[end : each.first] if text not in self._to and text not in self._in]
            if end >= 0 and self._joins.issuperset(joining) and (joining or each.first == end):
                lists[-1][1].append(each)
            elif (certain := self._is_certain(texts, each.first)) is not None:
                lists.append((certain, [each]))
            else:
                end = -1
                continue
            end = each.after
        return lists

    def _is_certain(self, texts: Sequence[str], first: int) -> bool | None:
        """Whether "to" or "in" stands close before; None for neither, and where what tells of the text is nearer."""
        for text in reversed(texts[max(0, first - _TO_WITHIN) : first]):
            if text in self._to:
                return True
            if text in self._in:
                return False
            if text in self._from or not text[0].isalnum():
                return None
        return None
