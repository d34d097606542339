"""Numbers in words and in digits, by the lengths of the answers that they make."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, RULES = AnswerLengths.load(), RuleBook.load()


def estimated(prompt: str) -> int:
    reading = RULES.read(normalise(prompt))
    return LENGTHS.estimate(Category.GENERAL, Difficulty.EASY, reading, 10)


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Write a story of three thousand words about bees", 4050),
        ("Explain it in five hundred words", 675),
        ("Explain gravity in twenty-five words", 34),
        ("Write two hundred and fifty words on bees", 338),
        ("Write two hundred and fifty five words on bees", 344),
        ("Write about forty-five sentences on bees", 1080),
        ("Write a fifteen hundred word essay on bees", 2025),
        ("Write a 2k word blog post on bees", 2700),
        ("Write a 1.5k word blog post on bees", 2025),
        ("Write 2 thousand words on bees", 2700),
        ("Write 100k words on bees", 8000),
        ("Give me 5 cents saving tips", 175),
        ("Give me 50 cent saving tips", 1750),
        ("Give me cents saving ideas", 266),
        ("Escribe dos mil palabras sobre Roma", 2700),
        ("Escribe doscientas cincuenta palabras sobre Roma", 338),
        ("Escribe treinta y cinco frases sobre Roma", 840),
        ("Écris deux mille mots sur Paris", 2700),
        ("Écris deux cents mots sur Paris", 270),
        ("Écris trois cent cinquante mots sur Paris", 473),
        ("Écris cent mots sur Paris", 135),
        ("Écris quatre-vingt mots sur Paris", 108),
        ("Schreib zweitausend Wörter über Bienen", 2700),
        ("Scrivi duemila parole su Roma", 2700),
        ("Escreva quinhentas palavras sobre Roma", 675),
        ("Schrijf vijfhonderd woorden over bijen", 675),
        ("Напиши две тысячи слов о море", 2700),
        ("Napisz dwa tysiące słów o morzu", 2700),
    ],
)
def test_a_number_in_words_is_the_same_as_in_digits(prompt: str, tokens: int):
    assert estimated(prompt) == tokens
