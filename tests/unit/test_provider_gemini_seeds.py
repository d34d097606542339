"""A seed goes to Gemini in the 32 bits that it takes."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers.gemini_request import body
from tests.support.chat import ask


@pytest.mark.parametrize(
    ("seed", "sent"),
    [
        (0, 0),
        (-1, -1),
        (2**31 - 1, 2**31 - 1),
        (-(2**31), -(2**31)),
        (2**31 + 3, 3),
        (2**40 + 7, 7),
        (-(2**31) - 1, 2**31 - 1),
    ],
)
def test_a_longer_one_is_folded_the_same_each_time(seed: int, sent: int):
    assert body("gemini-2.5-flash", ask(seed=seed))["generationConfig"] == {"seed": sent}
