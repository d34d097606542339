"""What the longest answer that a caller wants does to the price that a choice rests on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from llm_router.catalogue.entry import Capability
from llm_router.ranking.task import Task
from llm_router.taxonomy import Category, Difficulty
from tests.support.generating import Client
from tests.support.models import billed_tokens, ready
from tests.support.service import Service, service


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


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_chat_and_route_agree_on_who_may_give_an_answer_that_is_cut_off_and_on_what_it_costs(
    generating: Client, limit: str
):
    prompt, bound = "Prove the Riemann mapping theorem in full detail.", {"max_cost_usd": 0.001}
    chat = generating.chat(
        model="auto:best", messages=[{"role": "user", "content": prompt}], constraints=bound, **{limit: 50}
    )
    decided = generating.api.get(f"/decisions/{chat.json['router']['decision_id']}").json
    constraints = {**bound, "max_tokens": 50}
    for mode in ("recommend", "generate"):
        routed = generating.route(prompt=prompt, mode=mode, preference=1, constraints=constraints).json
        assert routed["ranking"] == decided["ranking"]
        assert routed["eligible_models"] == decided["eligible_models"]
    cut = "the answer is cut off at 50 tokens"
    assert any(reason.startswith(cut) for reason in decided["ranking"][0]["reasons"])


def test_what_is_generated_here_is_priced_within_what_the_operator_allows_and_what_is_recommended_is_not():
    with service(LONGEST_ANSWER="20") as api:
        generating, asked = Client(api), "Explain how a suspension bridge carries its load."
        cut, whole = (generating.route(prompt=asked, mode=mode).json["ranking"] for mode in ("generate", "recommend"))
        said = generating.chat(messages=[{"role": "user", "content": asked}]).json["router"]["decision_id"]
        assert api.get(f"/decisions/{said}").json["ranking"] == cut
    assert any(reason.startswith("the answer is cut off at 20 tokens") for reason in cut[0]["reasons"])
    assert not any("cut off" in reason for row in whole for reason in row["reasons"])


def test_a_limit_caps_thinking_and_answer_together_whichever_it_is():
    thinking = ready(capabilities=frozenset({Capability.REASONING}))
    task = Task({Category.CODING: 1.0}, Difficulty.HARD, 0.9, 100, 400)
    output, thought = billed_tokens(thinking, task, None)
    assert thought > 0
    assert billed_tokens(thinking, replace(task, longest=3), None) == (0, 3)
    assert billed_tokens(thinking, replace(task, longest=9999), None) == (output, thought)
    assert billed_tokens(thinking, task, 3) == (0, 3)


def tokens_out(api: Service, *messages: tuple[str, str]) -> int:
    said = [{"role": role, "content": content} for role, content in messages]
    reasons = " ".join(api.post("/route", {"messages": said}).json["ranking"][0]["reasons"])
    return int(re.search(r"(\d+) out", reasons).group(1))  # type: ignore[union-attr]


@pytest.mark.parametrize("role", ["system", "developer"])
@pytest.mark.parametrize(
    ("told", "most"),
    [
        ("You are a terse assistant. Answer in one word.", 80),
        ("Keep every answer under 50 words.", 68),
        ("Réponds en moins de 50 mots.", 68),
    ],
)
def test_instructions_bound_the_length_that_is_expected_of_an_answer(fresh: Service, role: str, told: str, most: int):
    asked, free = ("user", "Explain general relativity"), ("system", "You are a helpful assistant.")
    plain = tokens_out(fresh, asked)
    assert tokens_out(fresh, free, asked) == plain > most
    assert tokens_out(fresh, (role, told), asked) == most
    assert tokens_out(fresh, (role, told), free, asked) == most
    assert tokens_out(fresh, (role, "Answers may be of at most 3000 words."), asked) == plain
    code = ("user", "Write a Python function that parses a CSV file with quoted fields")
    assert tokens_out(fresh, (role, told), code) == tokens_out(fresh, code)
