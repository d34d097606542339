"""What the longest answer that a caller wants does to the price that a choice rests on."""

from __future__ import annotations

from tests.support.generating import Client


def test_a_short_answer_is_priced_as_one_and_no_model_is_out_for_it(generating: Client):
    def decided(**fields) -> dict:
        decision = generating.chat(**fields).json["router"]["decision_id"]
        return generating.api.get(f"/decisions/{decision}").json

    long, short, endless = decided(), decided(max_tokens=3), decided(max_tokens=10_000_000)
    prices = {row["id"]: row["estimated_cost_usd"] for row in long["ranking"]}
    both = [row for row in short["ranking"] if row["id"] in prices]
    assert both
    assert all(row["estimated_cost_usd"] < prices[row["id"]] for row in both)
    assert short["eligible_models"] == long["eligible_models"] == endless["eligible_models"]
