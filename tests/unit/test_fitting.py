"""The small mathematics of training, and that what is fitted is written in the form that is read."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.asides import read_request
from classifier.features import NUMERIC
from classifier.fusion import CATEGORIES
from llm_router.taxonomy import Category, Difficulty
from tests.support.fake_encoder import RULES
from training.blending import Blended, fit_fusion, fit_trust
from training.fusion import cuts, rule_logs
from training.labelled import Labelled, labels_of
from training.regression import softmax


@pytest.mark.parametrize("of", [np.float32, np.float64])
def test_scores_become_probabilities_of_the_same_precision_however_great_they_are(of: type[np.floating]):
    chances = softmax(np.array([[[1e4, 1e4], [-1e4, 0.0]], [[0.0, 1.0], [5.0, 5.0]]], dtype=of))
    assert chances.dtype == of
    expected = [[[0.5, 0.5], [0.0, 1.0]], [[1 / (1 + np.e), np.e / (1 + np.e)], [0.5, 0.5]]]
    np.testing.assert_allclose(chances, expected, atol=1e-6)


def test_labels_are_places_in_the_taxonomy():
    rows = [Labelled(name, name, "test", category) for name, category in zip("ab", (Category.MATH, None), strict=True)]
    assert labels_of(rows).tolist() == [CATEGORIES.index(Category.MATH)]


def test_the_rules_logs_and_the_form_are_those_of_what_is_asked():
    readings = [
        read_request(RULES, prompt)[1] for prompt in ("Hello! write a limerick about rain", "what is 15% of 240")
    ]
    logs, forms = rule_logs(RULES, readings)
    assert forms.shape == (2, len(NUMERIC))
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, atol=1e-3)
    assert [CATEGORIES[place] for place in logs.argmax(axis=1)] == [Category.CREATIVE_WRITING, Category.MATH]


def test_the_stage_that_is_right_is_weighed_more():
    labels = np.arange(len(CATEGORIES))
    right = np.log(np.full((len(labels), len(CATEGORIES)), 0.1) + 0.3 * np.eye(len(labels)))
    (of_right, of_wrong), bias = fit_fusion([right, np.roll(right, 1, axis=0)], labels, with_bias=True)
    assert of_right > 1 > 0 > of_wrong
    assert abs(bias).max() < 0.5


def test_scores_that_are_too_sure_are_trusted_less_without_another_choice():
    chance = np.random.default_rng(5)
    truth = chance.normal(size=(4000, len(CATEGORIES))) * 2
    labels = np.array([chance.choice(len(CATEGORIES), p=row) for row in softmax(truth)])
    assert fit_trust(truth, labels) == pytest.approx(1.0, abs=0.05)
    assert fit_trust(truth * 1.25, labels) == pytest.approx(0.8, abs=0.05)
    assert fit_trust(truth[:0], labels[:0]) == 1.0
    blend = Blended.fitted(labels, {"model": truth * 1.25})
    doubted = blend.trusted(0.5)
    assert np.array_equal(doubted.chosen, blend.chosen)
    assert (doubted.chances.max(axis=1) < blend.chances.max(axis=1)).all()
    np.testing.assert_allclose(doubted.scores, doubted.weights["model"] * truth * 1.25 + doubted.bias)


def test_the_cuts_are_where_the_difficulties_part():
    found = cuts(np.array([0.1, 0.3, 0.5, 0.9]), [Difficulty.EASY, Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD])
    assert 0.3 < found["easy_below"] <= 0.5 <= found["hard_above"] < 0.9
