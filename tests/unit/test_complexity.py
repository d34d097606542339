"""Complexity: the labels' guess, moved by failures, numbers and length only where an answer is right or wrong."""

from __future__ import annotations

import pytest

from classifier.complexity import complexity_of
from classifier.features import Features, read_features
from classifier.fusion import CATEGORIES
from classifier.heads import Opinion
from classifier.normalise import normalise
from classifier.words import split_words
from llm_router.taxonomy import Category


def opinion(category: Category, *, complexity: float = 0.4, failure: float = 0.3) -> Opinion:
    chances = tuple(float(each is category) for each in CATEGORIES)
    return Opinion(chances, (0.2, 0.5, 0.3), complexity, 0.1, failure, None, 9)


def features(text: str) -> Features:
    prompt = normalise(text)
    return read_features(prompt, split_words(prompt.text))


PLAIN = features("what comes of it all in the end")


@pytest.mark.parametrize("category", [Category.MATH, Category.CODING])
def test_where_answers_can_be_checked_more_failures_mean_more_complexity(category: Category):
    found = [complexity_of(opinion(category, failure=share), PLAIN) for share in (0.0, 0.1, 0.5, 0.9, 1.0)]
    assert found == sorted(set(found))
    assert all(0 < each < 1 for each in found)


@pytest.mark.parametrize("category", sorted(set(Category) - {Category.MATH, Category.CODING}))
def test_elsewhere_it_is_what_the_labels_say(category: Category):
    for failure in (0.0, 1.0):
        assert complexity_of(opinion(category, failure=failure), features("1 2 3 4 5 6 7")) == pytest.approx(0.4)


def test_every_number_is_a_step_of_a_calculation_and_of_nothing_else():
    few, many = features("add 2 and 3"), features("add 2, 3, 4, 7, 9, 11 and 13 and take away 6")
    assert complexity_of(opinion(Category.MATH), many) > complexity_of(opinion(Category.MATH), few)
    assert complexity_of(opinion(Category.CODING), many) == complexity_of(opinion(Category.CODING), few)


def test_a_long_story_hides_more_steps_than_a_short_one_and_a_line_is_as_good_as_another():
    line, other, story = features("two apples"), features("two apples and two pears"), features("two apples fell " * 30)
    maths = [complexity_of(opinion(Category.MATH), each) for each in (line, other, story)]
    assert maths[0] == maths[1] < maths[2]
    assert complexity_of(opinion(Category.CODING), story) == complexity_of(opinion(Category.CODING), line)
