"""Phrases and beginnings of words are found wherever they stand, each once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from classifier.phrases import PhraseIndex
from classifier.words import split_words

PHRASES = {"one": ["a*", "ab", "abc*", "b c"], "two": ["ab*", "abcd", "c* a", "b* b*"], "three": ["ca b*"]}


def slowly(text: str) -> list[tuple[str, int, int]]:
    """Every phrase tried at every word, as a plain reading of the rules would."""
    words = [word.text for word in split_words(text)]
    found = set()
    for group, phrases in PHRASES.items():
        for phrase in phrases:
            parts = phrase.split()
            for first in range(len(words) - len(parts) + 1):
                there = zip(parts, words[first:], strict=False)
                if all(w.startswith(p[:-1]) if p.endswith("*") else w == p for p, w in there):
                    found.add((group, first, first + len(parts)))
    return sorted(found)


@given(st.lists(st.text(alphabet="abcd", min_size=1, max_size=5), max_size=6).map(" ".join))
def test_the_index_finds_what_a_plain_search_finds(text: str):
    assert sorted(set(map(tuple, PhraseIndex(PHRASES).find(split_words(text))))) == slowly(text)
