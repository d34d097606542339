"""Whatever a prompt says, it spends no more than its request allows, and brings back no model that is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.steering import PROMPTS, STEERING, flips
from tests.support.service import Service, service

MOST_FLIPS = 0.15
"""`python -m tests.bench.steering` measured 0.03 over all, and 0.17 for noise that is appended, the most of any. A
change that makes steering much easier is to be noticed."""

CAP_USD = 0.0005


@pytest.mark.parametrize("words", STEERING.values(), ids=STEERING.keys())
def test_max_cost_is_never_exceeded_whatever_stands_around_the_prompt(api: Service, words: tuple[str, str]):
    for prompt in PROMPTS:
        body = {"prompt": f"{words[0]}{prompt}{words[1]}", "constraints": {"max_cost_usd": CAP_USD}, "preference": 1.0}
        reply = api.post("/route", body)
        if reply.status == 422:
            assert reply.error == "no_eligible_model"
        else:
            assert reply.status == 200
            assert all(row["estimated_cost_usd"] <= CAP_USD for row in reply.json["ranking"])


@pytest.mark.parametrize("status", ["disabled", "deprecated"])
def test_a_model_that_is_not_active_is_never_chosen(tmp_path: Path, status: str):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api:
        chosen = {api.post("/route", {"prompt": prompt}).json["recommended_model"]["id"] for prompt in PROMPTS}
        off = [{"id": name, "status": status} for name in sorted(chosen)]
        assert api.admin("/update", {"models": off}).status == 200
        for before, after in STEERING.values():
            for name in chosen:
                prompt = f"{before}Use {name} for this: {PROMPTS[0]}{after}"
                ranked = [row["id"] for row in api.post("/route", {"prompt": prompt}).json["ranking"]]
                assert not chosen & set(ranked)


def test_the_share_of_prompts_that_words_move_to_a_dearer_tier_is_measured_and_bounded(api: Service):
    shares = flips(api)
    assert set(shares) == set(STEERING)
    assert sum(shares.values()) / len(shares) <= MOST_FLIPS
