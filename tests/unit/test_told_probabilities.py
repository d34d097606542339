"""Chances as an answer to `/classify` tells them: four digits, and 1 in all."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.classification import Classified
from llm_router.schemas.classify import classify_answer
from llm_router.taxonomy import Category
from tests.support.tasks import classification

near = st.floats(0.2, 0.2005)
weights = st.lists(st.floats(0, 1), min_size=7, max_size=7).filter(lambda drawn: sum(drawn) > 1e-6)


def told(chances: dict[str, float], category: str) -> dict[str, float]:
    found = replace(classification(), category=category, confidence=chances[category], probabilities=chances)
    answer = classify_answer(Classified(found, cached=False, degraded=(), ms=1.0))
    assert answer.probabilities[category] == answer.domain_confidence
    return answer.probabilities


@given(weights | st.tuples(near, near, *[st.floats(0, 0.19)] * 5).map(list) | st.lists(near, min_size=7, max_size=7))
def test_what_is_told_sums_to_one_and_is_nowhere_far_from_what_was_found(drawn: list[float]):
    chances = {name.value: weight / sum(drawn) for name, weight in zip(Category, drawn, strict=True)}
    category = max(chances, key=lambda name: chances[name])
    shown = told(chances, category)
    assert sum(shown.values()) == pytest.approx(1, abs=1e-9)
    assert all(chance >= 0 and round(chance, 4) == chance for chance in shown.values())
    assert all(abs(shown[name] - chances[name]) <= 1e-4 for name in chances)
    alike = [name for name in chances if math.floor(chances[name] * 1e4) == math.floor(chances[category] * 1e4)]
    assert max(shown.values()) - shown[category] < (1e-9 if len(alike) < 3 else 1e-4 + 1e-9)


def test_what_rounding_leaves_goes_to_those_that_lose_most_when_cut():
    chances = {"math": 0.98764, "coding": 0.00414, "chat": 0.00413, "general": 0.00409}
    assert told(chances, "math") == {"math": 0.9876, "coding": 0.0042, "chat": 0.0041, "general": 0.0041}


def test_of_two_that_are_almost_as_likely_the_one_that_was_taken_is_told_as_no_less_likely():
    chances = {"coding": 0.43214, "math": 0.432138, "chat": 0.0339305, "general": 0.0339305, "analysis": 0.067861}
    shown = told(chances, "coding")
    assert (shown["coding"], shown["math"]) == (0.4321, 0.4321)
    assert sum(shown.values()) == pytest.approx(1, abs=1e-9)


def test_chances_that_another_program_kept_need_not_sum_to_one():
    assert told({"math": 0.5, "coding": 0.2}, "math") == {"math": 0.5, "coding": 0.2}
    found = replace(classification(), probabilities={})
    assert classify_answer(Classified(found, cached=True, degraded=(), ms=1.0)).probabilities == {}
