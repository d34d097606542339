"""What an answer's expected length rests on: a length that is asked for, brevity, detail, and no other numbers."""

from __future__ import annotations

from classifier.answers import AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

BOOK, LENGTHS = RuleBook.load(), AnswerLengths.load()


def asked(text: str, category: Category = Category.GENERAL) -> int:
    reading = BOOK.read(normalise(text))
    return LENGTHS.estimate(category, Difficulty.EASY, reading, 20)


def test_an_asked_length_is_the_estimate():
    assert asked("Write an essay of 1000 words about trains") == 1350
    assert asked("escribe 3 párrafos sobre trenes") == 330
    assert asked("write three paragraphs on trains") == 330


def test_brevity_and_detail_are_heard():
    plain = asked("Explain trains")
    assert asked("Explain trains in one sentence") <= 80 < plain
    assert asked("Explain trains in detail") > plain


def test_numbers_of_a_problem_are_no_asked_length():
    plain = asked("He reads pages of a book", Category.MATH)
    assert asked("He reads 40 pages of a book", Category.MATH) == plain


def test_estimates_stay_within_bounds():
    assert 8 <= asked("write 0 words") <= 8000
    assert 8 <= asked("write 99999999999 words") <= 8000
