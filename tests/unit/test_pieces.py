"""A single short piece is as long as its form; anything beside it is not."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.asides import read_request
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, BOOK = AnswerLengths.load(), RuleBook.load()


def estimated(prompt: str, difficulty: Difficulty = Difficulty.EASY) -> int:
    _, asked = read_request(BOOK, prompt)
    return LENGTHS.estimate(Category.CREATIVE_WRITING, difficulty, asked, 9)


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Write a limerick about a cat", 60),
        ("can i have a funny little haiku on tacos", 25),
        ("Write a sonnet about my brother's cat.", 170),
        ("tell me a joke", 50),
        ("Come up with a slogan for my bakery!", 25),
    ],
)
def test_a_single_short_piece_is_as_long_as_its_form(prompt: str, tokens: int):
    assert [estimated(prompt, difficulty) for difficulty in Difficulty] == [tokens] * len(Difficulty)


@pytest.mark.parametrize(
    "prompt",
    [
        "Write limericks about cats",
        "Write a story about a limerick",
        "Write haiku",
        "Draft a blog post with a tagline",
        "Write a wedding toast with a joke in it",
        "Write a letter to my grandmother including a riddle",
        "Write a slogan and a landing page",
        "Write a slogan for my report",
        "Write a haiku for every season",
        "Write a limerick about each of my three cats",
        "Write a sonnet, then analyse it line by line",
        "Write a limerick and translate it into French, German and Spanish",
        "Write a joke book",
        "Write a haiku about rain. Explain its images.",
        "Explain what a haiku is",
    ],
)
def test_several_pieces_or_others_take_what_such_writing_takes(prompt: str):
    assert estimated(prompt) == estimated("Write something on trains")


def test_a_piece_with_something_else_takes_what_both_take():
    assert estimated("Write me a joke, then explain it in detail") == estimated("Write something on trains in detail")
