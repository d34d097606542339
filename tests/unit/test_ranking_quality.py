"""Where a prompt stands between the catalogue's anchors, and what that makes of a model's chances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from llm_router.catalogue.entry import Capability
from llm_router.ranking.columns import Columns
from llm_router.ranking.estimates import estimated
from llm_router.ranking.posterior import UNKNOWN
from llm_router.ranking.prepared import CATEGORY_INDEX, Curve
from llm_router.ranking.quality import (
    ANCHORS,
    NEGLIGIBLE,
    UNMEASURED_CAUTION,
    UNMEASURED_SD,
    Z90,
    Demand,
    Grounds,
    Quality,
    chances_of,
    demand,
)
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import ready, task

CODING = {Category.CODING: 1.0}
EASY, MEDIUM, HARD = Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD


@pytest.mark.parametrize(
    ("difficulty", "complexity", "place"),
    [
        (EASY, ANCHORS[EASY], (0, 0.0, 0.0)),
        (MEDIUM, ANCHORS[MEDIUM], (1, 0.0, None)),
        (HARD, ANCHORS[HARD], (1, 1.0, 1.0)),
        (EASY, 0.0, (0, 0.0, 0.0)),
        (HARD, 1.0, (1, 1.0, 1.0)),
        (EASY, ANCHORS[MEDIUM], (0, 0.5, None)),
        (HARD, ANCHORS[MEDIUM], (1, 0.5, None)),
    ],
)
def test_a_prompt_stands_halfway_between_its_complexity_and_its_difficulty(difficulty, complexity, place):
    found = demand(CODING, difficulty, complexity)
    lower, share, caution = place
    assert (found.lower, found.share) == (lower, pytest.approx(share))
    span = ANCHORS[HARD] - ANCHORS[EASY]
    middle = ((complexity + ANCHORS[difficulty]) / 2 - ANCHORS[EASY]) / span
    assert found.caution == pytest.approx(middle if caution is None else caution)


def test_what_is_unlikely_is_left_out_and_the_rest_adds_up_to_one():
    found = demand({Category.CODING: 0.6, Category.MATH: 0.3, Category.CREATIVE_WRITING: NEGLIGIBLE / 2}, EASY, 0.1)
    assert dict(found.weights) == {
        CATEGORY_INDEX[Category.CODING]: pytest.approx(2 / 3),
        CATEGORY_INDEX[Category.MATH]: pytest.approx(1 / 3),
    }
    kept = demand({Category.CODING: 1 - NEGLIGIBLE, Category.MATH: NEGLIGIBLE}, EASY, 0.1)
    assert len(kept.weights) == 2
    assert demand({Category.MATH: NEGLIGIBLE / 2}, EASY, 0.1).weights == ((CATEGORY_INDEX[Category.MATH], 1.0),)


MEASURED = {"easy_measured": True, "medium_measured": True, "hard_measured": True}
EVEN = Curve(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, **MEASURED, evidenced=True)
"""As likely to do well as not, at every difficulty, and no doubt of it."""


def curves(**known: Curve) -> list[Curve | None]:
    found: list[Curve | None] = [None] * len(CATEGORY_INDEX)
    for name, curve in known.items():
        found[CATEGORY_INDEX[Category(name)]] = curve
    return found


def expected_quality(of: Sequence[Curve | None], wanted: Demand) -> Quality:
    """Of a model with these curves, between others with none and with those of an even chance."""
    columns = Columns.of([replace(ready(), curves=tuple(each)) for each in (curves(), of, [EVEN] * len(of))])
    found = estimated(columns, task(), Constraints(), Surroundings())
    found = replace(found, wanted=wanted, chances=chances_of(columns.curves, wanted))
    return found.qualities(np.array([2, 1]))[1]


def test_a_chance_is_read_between_two_anchors_and_its_doubt_too():
    coding = Curve(2.0, 0.0, -2.0, 0.1, 0.2, 0.3, **MEASURED, evidenced=True)
    held = Demand(((CATEGORY_INDEX[Category.CODING], 1.0),), 0, 0.25, 0.5)
    found = expected_quality(curves(coding=coding), held)
    mean, sd = 1 / (1 + math.exp(-1.5)), 0.125
    assert (found.expected, found.mean) == (pytest.approx(mean - 0.5 * sd), pytest.approx(mean))
    assert (found.sd, found.evidenced) == (pytest.approx(sd), True)
    hard = expected_quality(curves(coding=coding), held._replace(lower=1, share=0.5))
    assert (hard.mean, hard.sd) == (pytest.approx(1 / (1 + math.e)), pytest.approx(0.25))


def test_a_mixture_doubts_as_far_as_its_parts_differ():
    even = 0.5
    other = EVEN._replace(easy=math.log(3), medium=math.log(3), hard=math.log(3))
    weights = ((CATEGORY_INDEX[Category.CODING], even), (CATEGORY_INDEX[Category.MATH], even))
    found = expected_quality(curves(coding=EVEN, math=other), Demand(weights, 0, 0.0, 0.0))
    assert (found.mean, found.sd) == (pytest.approx(0.625), pytest.approx(0.125))


def test_without_evidence_of_any_part_a_quality_says_so():
    weights = ((CATEGORY_INDEX[Category.CODING], 0.5), (CATEGORY_INDEX[Category.MATH], 0.5))
    nothing = expected_quality(curves(), Demand(weights, 0, 0.0, 0.0))
    assert nothing.evidenced is False
    half = expected_quality(curves(math=EVEN), Demand(weights, 0, 0.0, 0.0))
    assert half.evidenced is True


@pytest.mark.parametrize(
    ("share", "grounds"), [(0.49, Grounds.OTHER_WORK), (0.5, Grounds.MEASURED), (1.0, Grounds.MEASURED)]
)
def test_what_rests_for_the_most_part_on_other_work_is_not_measured(share: float, grounds: Grounds):
    weights = ((CATEGORY_INDEX[Category.CODING], share), (CATEGORY_INDEX[Category.CHAT], 1 - share))
    inferred = EVEN._replace(easy_measured=False, medium_measured=False, hard_measured=False)
    found = expected_quality(curves(coding=EVEN, chat=inferred), Demand(weights, 0, 0.0, 0.0))
    assert (found.evidenced, found.grounds) == (True, grounds)


@pytest.mark.parametrize(
    ("lower", "share", "measured"), [(0, 0.0, False), (0, 0.49, False), (0, 0.5, True), (0, 1.0, True), (1, 0.0, True)]
)
def test_what_was_measured_at_another_difficulty_is_not_measured_at_this_one(lower: int, share: float, measured: bool):
    held = Demand(((CATEGORY_INDEX[Category.CODING], 1.0),), lower, share, 0.0)
    found = expected_quality(curves(coding=EVEN._replace(easy_measured=False)), held)
    assert found.grounds is (Grounds.MEASURED if measured else Grounds.OTHER_DIFFICULTY)


@pytest.mark.parametrize(
    ("requires", "words"),
    [
        ({Capability.VISION}, "pictures"),
        ({Capability.AUDIO, Capability.TOOLS}, "sound"),
        ({Capability.PDF, Capability.VISION}, "pictures and files"),
    ],
)
def test_with_what_no_measure_was_taken_a_chance_is_less_certain_and_taken_with_more_caution(requires, words: str):
    of_text, of_more = demand(CODING, EASY, 0.2), demand(CODING, EASY, 0.2, requires)
    text, more = expected_quality(curves(coding=EVEN), of_text), expected_quality(curves(coding=EVEN), of_more)
    assert (text.mean, text.sd, text.expected, text.unmeasured) == (0.5, 0.0, 0.5, "")
    assert (more.mean, more.sd, more.unmeasured) == (0.5, pytest.approx(UNMEASURED_SD), words)
    assert more.expected == pytest.approx(0.5 - UNMEASURED_CAUTION * UNMEASURED_SD)
    hard = expected_quality(curves(coding=EVEN), demand(CODING, HARD, 0.8, requires))
    assert hard.expected == pytest.approx(0.5 - UNMEASURED_SD)


def test_tools_and_json_are_no_reason_for_more_caution():
    assert demand(CODING, EASY, 0.2, {Capability.TOOLS, Capability.JSON}) == demand(CODING, EASY, 0.2)


def test_caution_takes_off_and_never_below_nothing():
    wanted = Demand(((CATEGORY_INDEX[Category.CODING], 1.0),), 0, 0.0, 1.0)
    even, unlikely = EVEN._replace(easy_sd=0.2), EVEN._replace(easy=-math.log(9), easy_sd=0.2)
    assert expected_quality(curves(coding=even), wanted).expected == pytest.approx(0.3)
    assert expected_quality(curves(coding=unlikely), wanted).expected == 0.0


def test_of_work_of_which_nothing_is_known_a_model_is_as_likely_to_do_well_as_not():
    weights = ((CATEGORY_INDEX[Category.CODING], 0.5), (CATEGORY_INDEX[Category.MATH], 0.5))
    found = expected_quality(curves(math=EVEN), Demand(weights, 1, 0.3, 0.0))
    unknown = (UNKNOWN.sd**2 + UNKNOWN.mean**2) / 2
    assert found.mean == pytest.approx((UNKNOWN.mean + 0.5) / 2)
    assert found.sd == pytest.approx(math.sqrt(unknown + 0.5**2 / 2 - found.mean**2))


def test_the_interval_holds_what_is_expected_and_stays_between_nothing_and_sure():
    assert Quality(0.5, 0.5, 0.1, Grounds.MEASURED).interval == (
        pytest.approx(0.5 - Z90 * 0.1),
        pytest.approx(0.5 + Z90 * 0.1),
    )
    assert Quality(0.2, 0.5, 0.1, Grounds.MEASURED).interval[0] == 0.2
    assert Quality(0.9, 0.95, 0.1, Grounds.MEASURED).interval[1] == 1.0
    assert Quality(0.0, 0.05, 0.1, Grounds.MEASURED).interval[0] == 0.0
