"""Finds thousands of phrases in a text at once, in time linear in the text: a trie over words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from classifier.words import Word, split_words

LONGEST = 8
"""Words in a phrase at most: what bounds the work at each word."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of `group` on the words from `first` up to, not including, `after`."""

    group: str
    first: int
    after: int


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


class PhraseIndex:
    """Phrases by group. A word that ends in `*` stands for every word that begins so; `poem*` is also `poems`.

    Case, accents and spacing do not count. Raises `ValueError` for an empty phrase or one that is too long.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        lengths: set[int] = set()
        for group, phrases in groups.items():
            for phrase in phrases:
                self._add(group, phrase, lengths)
        self._lengths = sorted(lengths)

    def find(self, words: Sequence[Word]) -> Iterator[Found]:
        """Every phrase at every place, in the order of their first words."""
        texts = [word.text for word in words]
        for first in range(len(texts)):
            nodes = self._step(self._root, texts[first])
            after = first + 1
            while nodes:
                for node in nodes:
                    for group in node.groups:
                        yield Found(group, first, after)
                if after == len(texts):
                    break
                nodes = [following for node in nodes for following in self._step(node, texts[after])]
                after += 1

    def _add(self, group: str, phrase: str, lengths: set[int]) -> None:
        words = [word.text for word in split_words(phrase)]
        parts: list[tuple[str, bool]] = []
        for word in words:
            if word == "*" and parts:
                parts[-1] = (parts[-1][0], True)
            else:
                parts.append((word, False))
        if not 1 <= len(parts) <= LONGEST:
            raise ValueError(f"a phrase of {group} has {len(parts)} words: {phrase!r}")
        node = self._root
        for word, is_stem in parts:
            if is_stem:
                lengths.add(len(word))
            node = (node.stems if is_stem else node.words).setdefault(word, _Node())
        if group not in node.groups:
            node.groups = (*node.groups, group)

    def _step(self, node: _Node, word: str) -> list[_Node]:
        found = [node.words[word]] if word in node.words else []
        if node.stems:
            for length in self._lengths:
                if length > len(word):
                    break
                if (stem := node.stems.get(word[:length])) is not None:
                    found.append(stem)
        return found
