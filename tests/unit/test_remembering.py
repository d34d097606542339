"""What is found out about a word is found out once, whatever is sent, and in bounded memory."""

from __future__ import annotations

import pytest

from classifier import grams, words
from classifier.normalise import normalise
from classifier.remembering import KNOWN_WORDS, LONGEST_KNOWN, Remembered
from classifier.tokens import Tokeniser
from tests.support.encoder import base_source
from tests.support.fake_encoder import RULES
from training.build.source import TOKENIZER


class Asked:
    """Finds a word's length, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __call__(self, word: str) -> int:
        self.words.append(word)
        return len(word)


def test_a_word_is_looked_at_once():
    asked = Asked()
    remembered = Remembered(asked)
    assert [remembered[word] for word in ("a", "bb", "a", "", "bb", "")] == [1, 2, 1, 0, 2, 0]
    assert asked.words == ["a", "bb", ""]


def test_what_is_too_long_for_a_word_is_not_remembered():
    asked = Asked()
    remembered = Remembered(asked)
    for length in (LONGEST_KNOWN, LONGEST_KNOWN + 1):
        assert remembered["x" * length] == remembered["x" * length] == length
    assert [len(word) for word in asked.words] == [LONGEST_KNOWN, LONGEST_KNOWN + 1, LONGEST_KNOWN + 1]


def test_so_many_words_that_were_asked_for_last_are_remembered():
    asked = Asked()
    remembered = Remembered(asked)
    last = [f"word {number}" for number in range(KNOWN_WORDS // 2, KNOWN_WORDS + KNOWN_WORDS // 2)]
    for word in (*(f"word {number}" for number in range(KNOWN_WORDS // 2)), *last, *last):
        assert remembered[word] == len(word)
    assert len(asked.words) == len(set(asked.words))


def test_no_more_than_twice_as_many_are_remembered():
    asked = Asked()
    remembered = Remembered(asked)
    many = [f"word {number}" for number in range(5 * KNOWN_WORDS)]
    for word in (*many, *reversed(many)):
        assert remembered[word] == len(word)
    assert len(asked.words) >= 2 * len(many) - 2 * KNOWN_WORDS
    assert len(remembered) <= KNOWN_WORDS


@pytest.mark.parametrize("sent", ["é" * 1000, "x" * 1000])
def test_nobody_fills_the_memory_with_words_that_are_none(sent: str):
    tokenise = Tokeniser(base_source() / TOKENIZER.name)
    tokenise(sent)
    grams.buckets(RULES.read(normalise(sent)))
    kept = (words._folded, grams._known, RULES._index._first_step, tokenise._pieces)
    assert all(len(word) <= LONGEST_KNOWN for remembered in kept for word in remembered)
