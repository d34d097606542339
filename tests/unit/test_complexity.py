"""Complexity: the labels' guess, moved by length, and by failures and numbers where an answer is right or wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.complexity import complexity_of
from classifier.encoder import EncoderOutput
from classifier.features import Features, read_features
from classifier.fusion import CATEGORIES
from classifier.heads import Opinion
from classifier.normalise import normalise
from classifier.tables import NO_ROWS
from classifier.words import split_words
from llm_router.taxonomy import Category

NOTHING = np.zeros(384, np.float32)
OUTPUT = EncoderOutput({}, NOTHING, NOTHING, 9)


def opinion(category: Category, *, failure: float = 0.3) -> Opinion:
    chances = tuple(float(each is category) for each in CATEGORIES)
    return Opinion(chances, (0.2, 0.5, 0.3), 0.4, 0.1, failure, OUTPUT)


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


def table(rows: int, separator: str = ",") -> str:
    return "\n".join(separator.join((str(row), "2024", str(row * 37 % 200))) for row in range(rows))


@pytest.mark.parametrize("separator", [",", "\t", " | ", ";"])
@pytest.mark.parametrize("category", [Category.CODING, Category.GENERAL])
def test_the_rows_of_a_table_are_no_story(category: Category, separator: str):
    def asked(rows: int) -> float:
        text = f"Return the rows with an amount over 90\n\n{table(rows, separator)}"
        return complexity_of(opinion(category), features(text))

    alone = complexity_of(opinion(category), features("Return the rows with an amount over 90\n\n"))
    assert [asked(rows) for rows in (20, 100, 400)] == pytest.approx([alone] * 3, abs=0.01)


def test_some_of_the_numbers_in_its_rows_are_steps_of_a_calculation_and_no_more_of_them():
    asked = [features(f"Fit a line to the points\n\n{table(rows)}") for rows in (0, 40, 100, 400)]
    found = [complexity_of(opinion(Category.MATH), each) for each in asked]
    assert found[0] + 0.1 < found[1] == pytest.approx(found[2], abs=0.01) == pytest.approx(found[3], abs=0.01)


@pytest.mark.parametrize("closing", ["", "Tell me what of it went wrong, and why it did. " * 20])
def test_what_was_left_out_of_a_long_text_is_rows_only_between_rows(closing: str):
    found = features(f"Find the outliers\n\n{table(900)}\n\n{closing}")
    assert (found.characters - found.rows.characters < 200) is not bool(closing)


MATRIX = "\n".join(" ".join(str(row * column % 7 - 3) + "," for column in range(2, 8)) for row in range(2, 8))
STATED = [
    f"Find the determinant of this matrix:\n{MATRIX}",
    "Solve this sudoku:\n" + "\n".join("5,3,0,0,7,0,0,9,8" for _ in range(9)),
    "Fill a knapsack of 50 kg:\n" + "\n".join(f"{item}, {item * 3} kg, {item * 17} euros" for item in range(1, 11)),
    "Maximise 3x + 2y where\n" + "\n".join(f"{row}, {row + 2}, {row * 9}" for row in range(1, 9)),
    "Fit a parabola by least squares:\n" + "\n".join(f"{x}, {x * x + 0.5}" for x in range(12)),
    "What is the revenue with 19 % tax?\n" + "\n".join(f"Region {row}; {row * 900}; {row * 7}" for row in range(8)),
]


@pytest.mark.parametrize("problem", STATED)
def test_what_a_problem_is_stated_in_counts_as_if_it_were_no_rows(problem: str):
    apart = replace(features(problem), rows=NO_ROWS)
    assert complexity_of(opinion(Category.MATH), features(problem)) == complexity_of(opinion(Category.MATH), apart)


def test_what_a_problem_tells_in_lines_counts_as_before():
    lines = [f"The shop sold {number} pears, {number + 2} plums on day {number}." for number in range(1, 5)]
    told, apart = "\n".join(lines), " ".join(lines)
    assert complexity_of(opinion(Category.MATH), features(told)) == complexity_of(
        opinion(Category.MATH), features(apart)
    )
    choices = "Which is prime?\nA) 4, 6\nB) 8, 9\nC) 2, 3\nD) 6, 9\nE) 9, 12"
    assert features(choices).rows.numbers == 0
