"""Above which confidence prompts need no model, and the report of those that do not, beside what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classifier.fusion import CATEGORIES, Blend, Fusion
from llm_router.taxonomy import Category
from tests.support.fake_encoder import FakeEncoder, classifier, grams_for
from training.blending import AGREED, least_confidence
from training.evaluation.checks import CheckSet
from training.evaluation.spared import spared_section
from training.labelled import Labelled

ROWS = tuple(
    Labelled(prompt, str(number), "set", category)
    for number, (prompt, category) in enumerate([("go on", Category.GENERAL), ("go on then", Category.CHAT)])
)
CHECKS = [CheckSet("both", ROWS, ("set", "set"))]


def row_for(above: float) -> list[str]:
    fusion = Fusion.unfitted().sparing_above(above)
    kind = replace(fusion.ascii, modelless=Blend(0.0, 0.1, 1.0, (0.0,) * len(CATEGORIES)))
    sorter = replace(classifier(FakeEncoder(Category.CHAT, 0.1)), grams=grams_for("go on then", Category.CHAT))
    lines = spared_section(replace(sorter, fusion=replace(fusion, ascii=kind)), CHECKS)
    return [cell.strip() for cell in lines[-1].split("|")[1:-1]]


def test_prompts_that_need_no_model_are_counted_and_set_beside_it():
    assert row_for(0.5)[:6] == ["both", "2", "100.0%", "100.0%", "0.500", "0.500"]


def test_a_set_of_which_all_need_it_says_so():
    assert row_for(1.0) == ["both", "0", "0.0%", "", "", "", ""]


def test_without_a_model_there_is_nothing_to_report():
    assert spared_section(classifier(None), CHECKS) == []


def test_a_prompt_is_spared_where_nearly_all_as_sure_ones_get_what_the_model_gives():
    sure = np.linspace(0.5, 1, 1001)
    above, share = least_confidence(sure, sure > 0.8)
    assert share == np.mean(sure > above)
    assert np.mean(sure[sure > above] > 0.8) >= AGREED
    assert np.mean(sure[sure > above - 0.006] > 0.8) < AGREED


def test_where_rules_and_words_are_never_right_nothing_is_spared():
    assert least_confidence(np.linspace(0.5, 1, 100), np.zeros(100, dtype=bool)) == (1.0, 0.0)
