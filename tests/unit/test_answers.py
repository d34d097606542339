"""How long an answer is taken to be: as the prompt says, where it says so."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, RULES = AnswerLengths.load(), RuleBook.load()


def estimated(prompt: str) -> int:
    reading = RULES.read(normalise(prompt))
    return LENGTHS.estimate(Category.GENERAL, Difficulty.EASY, reading.words, reading.found, 10)


USUAL = estimated("Tell me about trains")


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Write 3 short funny paragraphs on bees", 330),
        ("Write a 1,000 word essay on France", 1350),
        ("Ein Aufsatz mit 1.500 Wörtern", 2025),
        ("Écris un texte de 1 000 mots sur Paris", 1350),
        ("Write a 20 page report on climate change", 8000),
        ("Summarise this 2000 word article in one sentence: the economy grew", 24),
        ("写一篇200字作文", 270),
        ("用三句话解释引力", 72),
        ("Explain gravity in nine sentences", 216),
    ],
)
def test_a_length_that_the_prompt_names_is_taken(prompt: str, tokens: int):
    assert estimated(prompt) == tokens


@pytest.mark.parametrize(
    "prompt",
    [
        "Write about three characters stuck in a lift",
        "How do the two words affect and effect differ",
        "Write 900000 pages about nothing",
    ],
)
def test_a_number_that_is_no_length_is_not(prompt: str):
    assert estimated(prompt) == USUAL
