"""What may hold material beside the request, and the blocks at its ends."""

from __future__ import annotations

import pytest

from classifier.material import EDGE_WORDS, ONE_BREATH, edges, is_laden
from classifier.words import split_words


@pytest.mark.parametrize(
    ("text", "laden"),
    [
        ("sum this up", False),
        ("sum this up\n", False),
        ("sum this up:\nit rained", True),
        ("x" * ONE_BREATH, False),
        ("x" * (ONE_BREATH + 1), True),
    ],
)
def test_more_than_a_line_or_a_few_sentences_may_hold_material(text: str, laden: bool):
    assert is_laden(text) is laden


def blocks(text: str) -> tuple[list[str], list[str]]:
    """The words of both blocks."""
    words = split_words(text)
    texts = [word.text for word in words]
    first, last = edges(text, words)
    return texts[:first], texts[len(texts) - last :]


def test_the_blocks_at_both_ends_count_and_what_lies_between_does_not():
    text = "please judge\n\nit rained\nall day\n\nis it fair"
    assert blocks(text) == (["please", "judge"], ["is", "it", "fair"])


def test_single_lines_are_blocks_where_no_line_is_blank():
    text = "it rained\nall day\nwhy"
    assert blocks(text) == (["it", "rained"], ["why"])


def test_of_a_long_line_the_words_at_its_ends_count():
    text = " ".join(f"w{number}" for number in range(200))
    words = text.split()
    assert blocks(text) == (words[:EDGE_WORDS], words[-EDGE_WORDS:])


@pytest.mark.parametrize("text", ["", " \n \n ", "\n\n", "a short line"])
def test_nothing_counts_where_there_is_nothing_to_tell_apart(text: str):
    assert blocks(text) == ([], [])
