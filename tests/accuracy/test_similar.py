"""The semantic cache on the committed pairs: no answer to another question, and of use for the same one."""

from __future__ import annotations

import re

import pytest

from llm_router.generation.similar_answers import NEAR_ENOUGH
from training.evaluation import similar


def test_no_pair_of_different_questions_passes_and_most_of_the_same_do(capsys: pytest.CaptureFixture[str]):
    """What `docs/generation.md` says, whatever model is there."""
    assert similar.main() == 0
    (row,) = re.findall(rf"^\| {NEAR_ENOUGH:.2f} \| (.*) \|$", capsys.readouterr().out, re.M)
    by_nearness, _, precision, recall, _, different = map(float, row.split(" | "))
    assert different == 0
    assert precision == 1
    assert by_nearness < 1, "the pairs must be hard enough for nearness alone to be wrong"
    assert recall > 0.5, "0.57 when the threshold was chosen"
