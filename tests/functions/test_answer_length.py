"""What the longest answer that a caller wants does to the price that a choice rests on."""

from __future__ import annotations

from dataclasses import replace

from llm_router.catalogue.entry import Capability
from llm_router.ranking.prepared import prepare
from llm_router.ranking.task import Task
from llm_router.taxonomy import Category, Difficulty
from tests.support.generating import Client
from tests.support.models import billed_tokens, model


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


def test_thinking_counts_whole_however_short_the_answer_is_to_be_unless_a_limit_caps_both():
    thinking = prepare([model("m", capabilities=frozenset({Capability.REASONING}))])[0]
    task = Task({Category.CODING: 1.0}, Difficulty.HARD, 0.9, 100, 400)
    output, thought = billed_tokens(thinking, task, None)
    assert thought > 0
    assert billed_tokens(thinking, replace(task, longest=3), None) == (3, thought)
    assert billed_tokens(thinking, replace(task, longest=9999), None) == (output, thought)
    assert billed_tokens(thinking, task, 3) == (3, 0)
