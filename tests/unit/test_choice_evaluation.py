"""The measuring of the choice: what it says of outcomes whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llm_router.taxonomy import Category, Difficulty
from tests.support.tasks import classification
from training.evaluation.choice import area, folds_of_kinds, folds_of_prompts, hull, ours, step_area, usd_at
from training.evaluation.choice_areas import OURS, endpoints, measured
from training.evaluation.outcome_sets import OutcomeSet


def specialists(prompts: int = 240) -> OutcomeSet:
    """Two cheap models, each good at one category alone, and a dear one that is good at both."""
    random = np.random.default_rng(3)
    categories = [Category.CODING, Category.MATH] * (prompts // 2)
    chances = np.array([[0.9, 0.1, 0.92] if each is Category.CODING else [0.1, 0.9, 0.92] for each in categories])
    found = tuple(classification(each, Difficulty.EASY, 0.2) for each in categories)
    usd = np.tile([1e-4, 1e-4, 4e-3], (prompts, 1))
    scores = (random.random(chances.shape) < chances).astype(np.float64)
    return OutcomeSet("specialists", ("coder", "reckoner", "master"), tuple(map(str, categories)), found, scores, usd)


def test_a_frontier_never_falls_and_leaves_out_what_lots_would_beat():
    x, y = hull(np.array([3.0, 1.0, 2.0, 2.5]), np.array([0.9, 0.5, 0.6, 0.4]))
    assert (x.tolist(), y.tolist()) == ([1.0, 3.0], [0.5, 0.9])


def test_area_and_prices_of_a_line_are_those_of_geometry():
    usd, scores = np.array([0.0, 1.0]), np.array([0.2, 0.8])
    assert area(usd, scores, 0, 1) == pytest.approx(0.5)
    assert usd_at(usd, scores, 0.5) == pytest.approx(0.5)
    assert usd_at(usd, scores, 0.9) == float("inf")
    assert step_area(usd, scores, 0, 0.5) == pytest.approx(0.2)


def test_where_categories_decide_the_ranking_beats_every_single_model_and_every_mix():
    outcomes = specialists()
    ways = measured(outcomes, ours(outcomes, folds_of_prompts(outcomes)))
    assert ways[0].way == OURS
    assert all(each.interval[0] > 0 for each in ways[1:])


def test_where_nothing_can_be_told_apart_the_interval_says_so():
    outcomes = specialists()
    same = replace(outcomes, found=(classification(),) * len(outcomes.found))
    ways = {each.way: each for each in measured(same, ours(same, folds_of_prompts(same)))}
    assert ways["random mix"].interval[0] < 0.02


def test_folds_are_a_partition_and_the_ends_are_chosen_in_favour_of_the_baselines():
    outcomes = specialists()
    for folds in (folds_of_prompts(outcomes), folds_of_kinds(outcomes)):
        assert sorted(np.concatenate(folds).tolist()) == list(range(len(outcomes.found)))
    ends = endpoints(outcomes)
    assert outcomes.models[ends.strong] == "master"
    assert ends.cheap == ends.cheapest
    assert outcomes.scores.mean(axis=0)[ends.cheapest] == outcomes.scores[:, :2].mean(axis=0).max()
