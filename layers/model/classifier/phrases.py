"""Finds thousands of phrases in a text at once, in time linear in the text: a trie over words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from classifier.normalise import normalise
from classifier.remembering import Remembered
from classifier.words import Word, split_words

LONGEST = 20
"""Words in a phrase at most, a word being one character in some scripts: what bounds the work at each word."""

FIRST_LETTERS = 2
"""By which beginnings of words are told apart before their lengths are tried; one letter where there is only one."""

_is_plain = re.compile(r"[a-z0-9]+\*?").fullmatch


class Found(NamedTuple):
    """A phrase of `group` on the words from `first` up to, not including, `after`."""

    group: str
    first: int
    after: int


@dataclass(slots=True)
class _Node:
    """What may follow: whole words, and beginnings of words by their first letters, which rule most words out."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    def with_stem(self, stem: str) -> _Node:
        """The node behind a beginning of a word, made when it is not there yet."""
        if stem not in self.stems:
            self.stems[stem] = _Node()
            known = self.lengths.get(stem[:FIRST_LETTERS], ())
            self.lengths[stem[:FIRST_LETTERS]] = tuple(sorted({*known, len(stem)}))
        return self.stems[stem]


class PhraseIndex:
    """Phrases by group. A word that ends in `*` stands for every word that begins so; `poem*` is also `poems`.

    Case, accents, spacing and full-width or decomposed forms do not count. Raises `ValueError` for an empty phrase or
    one that is too long.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        for group, phrases in groups.items():
            for phrase in phrases:
                self._add(group, phrase)
        self._first_step = Remembered(lambda word: tuple(_step(self._root, word)))

    def find(self, words: Sequence[Word]) -> Iterator[Found]:
        """Every phrase at every place, in the order of their first words."""
        texts = [word.text for word in words]
        for first, text in enumerate(texts):
            nodes: Sequence[_Node] = self._first_step[text]
            after = first + 1
            while nodes:
                for node in nodes:
                    for group in node.groups:
                        yield Found(group, first, after)
                if after == len(texts):
                    break
                nodes = [following for node in nodes for following in _step(node, texts[after])]
                after += 1

    def _add(self, group: str, phrase: str) -> None:
        parts = _parts(phrase)
        if not 1 <= len(parts) <= LONGEST:
            raise ValueError(f"a phrase of {group} has {len(parts)} words: {phrase!r}")
        node = self._root
        for word, is_stem in parts:
            node = node.with_stem(word) if is_stem else node.words.setdefault(word, _Node())
        if group not in node.groups:
            node.groups = (*node.groups, group)


def _parts(phrase: str) -> list[tuple[str, bool]]:
    """The phrase's words, and whether each is a beginning alone."""
    # Each start goes through thousands of phrases, and most of them are as they would be read already.
    words = phrase.split()
    if all(map(_is_plain, words)):
        return [(word.removesuffix("*"), word.endswith("*")) for word in words]
    parts: list[tuple[str, bool]] = []
    for word in split_words(phrase if phrase.isascii() else normalise(phrase).text):
        if word.text == "*" and parts:
            parts[-1] = (parts[-1][0], True)
        else:
            parts.append((word.text, False))
    return parts


def _step(node: _Node, word: str) -> list[_Node]:
    found = [node.words[word]] if word in node.words else []
    if node.stems:
        for first in (word[:1], word[:FIRST_LETTERS]) if len(word) > 1 else (word,):
            beginnings = (word[:length] for length in node.lengths.get(first, ()) if length <= len(word))
            found += [node.stems[stem] for stem in beginnings if stem in node.stems]
    return found
