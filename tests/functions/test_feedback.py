"""`POST /feedback`: what callers say draws the ranking, and no caller alone draws it far."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_router.catalogue.quality import PRIOR_WEIGHT
from llm_router.feedback import VOICE_WEIGHT, Uncounted
from tests.support.service import ADMIN_KEY, Service, service

PROMPT = "Write a Python function to sort a list"


def decide(api: Service, **headers: str) -> dict:
    return api.post("/route", {"prompt": PROMPT}, **headers).json


def judge(api: Service, decision: dict, **body: object):
    return api.post("/feedback", {"decision_id": decision["decision_id"], **body})


def metrics(api: Service, decision: dict) -> dict:
    return api.get(f"/metrics/{decision['recommended_model']['id']}").json


def test_a_judgement_shows_as_live_beside_the_catalogue_and_moves_what_counts(fresh: Service):
    decision = decide(fresh)
    before = metrics(fresh, decision)
    reply = judge(fresh, decision, success=False, reason="it sorted nothing")
    assert reply.status == 200
    found = reply.json
    assert (found["model_id"], found["weight"]) == (decision["recommended_model"]["id"], 1)
    after = metrics(fresh, decision)
    category, difficulty = found["category"], found["difficulty"]
    assert after["quality"] == before["quality"]
    assert after["live"]["quality"][category][difficulty] == {"n": 1, "mean": 0}
    catalogue, joined = after["quality"][category][difficulty], after["joined"][category][difficulty]
    share = 1 / (1 + catalogue["n"])
    assert (1 - share) * catalogue["mean"] - 1e-3 <= joined["mean"] < catalogue["mean"]
    means = [cell["mean"] for cell in after["joined"][category].values()]
    assert means == sorted(means, reverse=True), (
        "what is judged poorly at easy work is expected to do no better at hard"
    )


def test_the_ranking_follows_what_was_judged(fresh: Service):
    first = decide(fresh)
    judge(fresh, first, score=0.0)
    metrics(fresh, first)
    assert decide(fresh)["recommended_model"] != first["recommended_model"]


def test_a_decision_is_judged_once(fresh: Service):
    decision = decide(fresh)
    first, second = (judge(fresh, decision, success=success).json for success in (True, False))
    assert (first["counted"], first["weight"], first["why_not"]) == (True, 1, None)
    assert (second["counted"], second["weight"], second["why_not"]) == (False, 0, Uncounted.JUDGED_BEFORE)
    assert metrics(fresh, decision)["live"]["quality"]["coding"]["easy"] == {"n": 1, "mean": 1}


def test_one_caller_alone_moves_an_estimate_by_a_third_of_the_way_at_most(fresh: Service):
    decisions = [decide(fresh) for _ in range(30)]
    model = decisions[0]["recommended_model"]["id"]
    told = [judge(fresh, each, success=False).json for each in decisions]
    of_it = [each for each in told if each["model_id"] == model]
    assert sum(each["weight"] for each in of_it) == pytest.approx(VOICE_WEIGHT, abs=0.01)
    whole = int(VOICE_WEIGHT)
    assert [each["why_not"] for each in of_it] == [None] * whole + [Uncounted.VOICE_USED_UP] * (len(of_it) - whole)
    assert [each["counted"] for each in of_it] == [each["weight"] > 0 for each in of_it]
    found = metrics(fresh, decisions[0])
    catalogue, joined = found["quality"]["coding"]["easy"], found["joined"]["coding"]["easy"]
    assert catalogue["n"] == PRIOR_WEIGHT
    assert joined["mean"] >= catalogue["mean"] * 2 / 3 - 1e-3


def test_blame_falls_on_the_model_at_whichever_provider_and_no_voice_is_louder_for_their_number(fresh: Service):
    every, asked = fresh.get("/models").json["models"], {"prompt": "What is the capital of Peru?"}
    decided = fresh.post("/route", asked).json
    first, category = decided["recommended_model"], decided["classification"]["category"]
    hosts = {each["id"]: each["provider"] for each in every if each["display_name"] == first["display_name"]}
    assert len(hosts) > 1
    weighed = 0.0
    for host, provider in [*hosts.items()] * 3:
        others = [each["id"] for each in every if each["provider"] == provider and each["id"] != host]
        only = {"providers": [provider], "exclude_models": others}
        found = fresh.post("/route", {**asked, "constraints": only}).json
        assert found["recommended_model"]["id"] == host
        weighed += judge(fresh, found, success=False).json["weight"]
    assert weighed == pytest.approx(VOICE_WEIGHT, abs=0.01)
    of_each = [fresh.get(f"/metrics/{host}").json for host in hosts]
    means = [each["joined"][category]["easy"]["mean"] for each in of_each]
    assert means == [means[0]] * len(hosts)
    assert means[0] < of_each[0]["quality"][category]["easy"]["mean"]
    assert fresh.post("/route", asked).json["recommended_model"]["display_name"] != first["display_name"]


def test_as_live_a_judgement_shows_at_the_host_that_answered_alone(fresh: Service):
    decision = fresh.post("/route", {"prompt": "What is the capital of Peru?"}).json
    first, category = decision["recommended_model"], decision["classification"]["category"]
    judge(fresh, decision, success=False)
    told = fresh.get("/metrics/models").json["models"]
    alike = [each for each in told if each["display_name"] == first["display_name"]]
    assert len(alike) > 1
    live = {each["id"]: each["live"]["quality"] for each in alike}
    assert live == {host: {} for host in live} | {first["id"]: {category: {"easy": {"n": 1, "mean": 0}}}}
    joined, catalogue = ([each[name][category]["easy"]["n"] for each in alike] for name in ("joined", "quality"))
    assert joined == [count + 1 for count in catalogue]
    assert [fresh.get(f"/metrics/{each['id']}").json["live"]["quality"] for each in alike] == list(live.values())


def test_several_callers_move_it_further(fresh: Service):
    own, admin = decide(fresh), decide(fresh, authorization=f"Bearer {ADMIN_KEY}")
    judge(fresh, own, success=False)
    reply = fresh.admin("/feedback", {"decision_id": admin["decision_id"], "success": False})
    assert reply.json["weight"] == 1


def test_the_decisions_of_others_are_not_there(fresh: Service):
    decision = decide(fresh, authorization=f"Bearer {ADMIN_KEY}")
    assert judge(fresh, decision, success=True).error == "not_found"
    assert fresh.get(f"/decisions/{decision['decision_id']}").error == "not_found"
    own = decide(fresh)
    assert fresh.get(f"/decisions/{own['decision_id']}", authorization=f"Bearer {ADMIN_KEY}").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"success": True, "score": 1.0},
        {"score": 1.5},
        {"score": -0.1},
        {"success": "yes"},
        {"success": True, "reason": "x" * 501},
        {"success": True, "model": "other"},
    ],
)
def test_what_is_no_judgement_is_refused(api: Service, body: dict):
    assert judge(api, {"decision_id": "x"}, **body).error == "invalid_request"


def test_an_unknown_decision_is_not_found(api: Service):
    assert judge(api, {"decision_id": "nothing"}, success=True).error == "not_found"


def test_a_reason_is_not_kept(tmp_path: Path):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as running:
        judge(running, decide(running), success=False, reason="tyrannosaurus")
    assert b"tyrannosaurus" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("way", ["route", "chat", "stream"])
def test_an_answer_of_the_demo_says_nothing_of_the_model(way: str):
    with service(DEMO_PROVIDER="true") as running:
        if way == "route":
            found = running.post("/route", {"prompt": PROMPT, "mode": "generate"}).json
            decision, model = found["decision_id"], found["model_used"]["id"]
        else:
            asked = {"model": "auto", "messages": [{"role": "user", "content": PROMPT}], "stream": way == "stream"}
            reply = running.post("/v1/chat/completions", asked)
            decision, model = reply.headers["x-decision-id"], reply.headers["x-model-used"]
        judged = running.post("/feedback", {"decision_id": decision, "success": False}).json
        assert (judged["model_id"], judged["counted"], judged["weight"]) == (model, False, 0)
        assert judged["why_not"] == Uncounted.DEMO_ANSWER
        found = running.get(f"/metrics/{model}").json
        assert (found["live"]["attempts"], found["live"]["quality"]) == (0, {})
        assert found["live"]["output_tokens_per_second"] is None
        assert judge(running, decide(running), success=False).json["counted"]
