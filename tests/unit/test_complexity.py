"""Complexity: the labels' guess, moved by length, and by failures and numbers where an answer is right or wrong."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.complexity import complexity_of
from classifier.encoder import EncoderOutput
from classifier.features import Features, read_features
from classifier.fusion import CATEGORIES
from classifier.heads import Opinion
from classifier.normalise import normalise
from classifier.words import split_words
from llm_router.taxonomy import Category

NOTHING = np.zeros(384, np.float32)
OUTPUT = EncoderOutput({}, NOTHING, NOTHING, 9)


def opinion(category: Category, *, complexity: float = 0.4, failure: float = 0.3) -> Opinion:
    chances = tuple(float(each is category) for each in CATEGORIES)
    return Opinion(chances, (0.2, 0.5, 0.3), complexity, 0.1, failure, OUTPUT)


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
def test_elsewhere_it_is_what_the_labels_say_of_a_prompt_of_the_usual_length(category: Category):
    usual = features("1 2 3 4 5 6 7 and " * 5)
    assert usual.characters == pytest.approx(90, abs=1)
    for failure in (0.0, 1.0):
        assert complexity_of(opinion(category, failure=failure), usual) == pytest.approx(0.4, abs=0.002)


def test_every_number_is_a_step_of_a_calculation_and_of_nothing_else():
    many = features("add 2, 3, 4, 7, 9, 11 and 13 and take away 6")
    few = features("add 2 and some of the others but not all of 6")
    assert many.characters == few.characters - 1
    assert complexity_of(opinion(Category.MATH), many) > complexity_of(opinion(Category.MATH), few)
    assert complexity_of(opinion(Category.CODING), many) == pytest.approx(
        complexity_of(opinion(Category.CODING), few), abs=0.002
    )


@pytest.mark.parametrize("category", Category)
def test_more_can_go_wrong_where_more_is_said_up_to_a_point(category: Category):
    lengths = [features(text) for text in ("", "two", "two apples and two pears", "two apples fell " * 30)]
    found = [complexity_of(opinion(category), each) for each in lengths]
    assert found[0] == pytest.approx(found[1], abs=0.06)
    assert found[0] <= found[1] < found[2] < found[3]


def test_beyond_a_page_length_says_nothing_more():
    page, book = features("word " * 500), features("word " * 5000)
    assert complexity_of(opinion(Category.CHAT), page) == complexity_of(opinion(Category.CHAT), book)


def test_a_long_story_hides_more_steps_of_a_calculation():
    line, story = features("two apples"), features("two apples fell " * 30)
    rises = {
        category: complexity_of(opinion(category), story) - complexity_of(opinion(category), line)
        for category in (Category.MATH, Category.CODING)
    }
    assert rises[Category.MATH] > 2 * rises[Category.CODING] > 0


@pytest.mark.parametrize("category", Category)
def test_what_words_alone_say_moves_it_their_way_and_not_all_of_it(category: Category):
    alone = complexity_of(opinion(category), PLAIN)
    for by_words in (0.1, 0.3, 0.6, 0.9):
        joined = complexity_of(opinion(category), PLAIN, by_words)
        assert min(alone, by_words) < joined < max(alone, by_words)
        assert abs(joined - alone) < abs(joined - by_words)
    assert complexity_of(opinion(category), PLAIN, alone) == pytest.approx(alone)
