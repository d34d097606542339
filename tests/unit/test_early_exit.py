"""Above which confidence prompts stop early, and the report of those that do, beside what all layers say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classifier.fusion import CATEGORIES, Blend, Fusion
from llm_router.taxonomy import Category
from tests.support.fake_encoder import FakeEncoder, classifier, grams_for
from training.evaluation.checks import CheckSet
from training.evaluation.early import LOWER, NOWHERE, early_section
from training.fusion import AGREED, least_confidence
from training.labelled import Labelled

ROWS = tuple(
    Labelled(prompt, str(number), "set", category)
    for number, (prompt, category) in enumerate([("go on", Category.GENERAL), ("go on then", Category.CHAT)])
)
CHECKS = [CheckSet("both", ROWS, ("set", "set"))]


def row_for(strength: float, early_above: float) -> list[str]:
    sorter = classifier(FakeEncoder(Category.CHAT, strength))
    lines = early_section(replace(sorter, fusion=Fusion.unfitted().stopping_above(early_above)), CHECKS)
    return [cell.strip() for cell in lines[-1].split("|")[1:-1]]


def test_prompts_that_stop_are_counted_and_set_beside_all_layers():
    assert row_for(9.0, 0.9)[:7] == ["both", LOWER, "2", "100.0%", "100.0%", "0.500", "0.500"]


def test_prompts_that_need_no_model_have_a_row_of_their_own():
    fusion = Fusion.unfitted().stopping_above(0.5)
    kind = replace(fusion.ascii, modelless=Blend(0.0, 0.1, 1.0, (0.0,) * len(CATEGORIES)))
    sorter = replace(classifier(FakeEncoder(Category.CHAT, 0.1)), grams=grams_for("go on then", Category.CHAT))
    lines = early_section(replace(sorter, fusion=replace(fusion, ascii=kind)), CHECKS)
    assert [cell.strip() for cell in lines[-2].split("|")[1:5]] == ["both", NOWHERE, "2", "100.0%"]


def test_a_set_of_which_nothing_stops_says_so():
    assert row_for(9.0, 1.0) == ["both", LOWER, "0", "0.0%", "", "", "", ""]


def test_without_a_model_there_is_nothing_to_report():
    assert early_section(classifier(None), CHECKS) == []


def test_a_prompt_stops_where_nearly_all_as_sure_ones_get_what_all_layers_give():
    sure = np.linspace(0.5, 1, 1001)
    above, share = least_confidence(sure, sure > 0.8)
    assert share == np.mean(sure > above)
    assert np.mean(sure[sure > above] > 0.8) >= AGREED
    assert np.mean(sure[sure > above - 0.006] > 0.8) < AGREED


def test_where_the_lower_layers_are_never_right_nothing_stops():
    assert least_confidence(np.linspace(0.5, 1, 100), np.zeros(100, dtype=bool)) == (1.0, 0.0)
