"""The semantic cache on the committed pairs: no answer to another question, and of use for the same one."""

from __future__ import annotations

import re

import pytest

from llm_router.generation.similar_answers import NEAR_ENOUGH
from training.evaluation import similar


def test_no_pair_of_different_questions_passes_and_most_of_the_same_do(capsys: pytest.CaptureFixture[str]):
    assert similar.main() == 0
    (row,) = re.findall(
        rf"^\| {NEAR_ENOUGH:.2f} \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", capsys.readouterr().out, re.M
    )
    _, by_nearness, same, different = map(int, row)
    assert different == 0
    assert by_nearness > 0, "the pairs must be hard enough for nearness alone to be wrong"
    assert same >= 25, "of 42; 29 when the threshold was chosen"
