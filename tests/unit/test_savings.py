"""What the same traffic would have cost at one model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.catalogue.entry import Capability
from llm_router.savings import Traffic, cost_at
from tests.support.models import model

SEEN = Traffic(tokens_in=1000, tokens_out=100, thinking=500)


def test_thinking_is_paid_for_at_a_model_that_thinks_unasked_and_at_no_other():
    plain = model("m", usd_in=1.0, usd_out=8.0)
    thinker = replace(plain, capabilities=frozenset({Capability.REASONING}))
    asked = replace(thinker, thinks=False)
    assert cost_at(plain, SEEN) == cost_at(asked, SEEN) == pytest.approx((1000 * 1 + 100 * 8) / 1e6)
    assert cost_at(thinker, SEEN) == pytest.approx((1000 * 1 + 600 * 8) / 1e6)
    assert cost_at(replace(plain, output_usd_per_mtok=None), SEEN) is None
