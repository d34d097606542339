"""`POST /route` and what hangs on it, through the handlers."""

from __future__ import annotations

import pytest

from tests.support.service import Service

PROMPT = "Write a Python function to sort a list"


def test_a_recommendation_has_every_field_of_the_contract(api: Service):
    reply = api.post("/route", {"prompt": PROMPT})
    assert reply.status == 200
    found = reply.json
    assert set(found) >= {
        "decision_id",
        "classification",
        "recommended_model",
        "ranking",
        "excluded",
        "explanation",
        "catalogue_version",
        "cached",
        "degraded",
    }
    assert set(found["classification"]) == {
        "category",
        "difficulty",
        "ms",
        "confidence",
        "method",
        "complexity_score",
        "creativity_score",
    }
    assert found["recommended_model"]["id"] == found["ranking"][0]["id"]
    assert set(found["ranking"][0]) == {
        "id",
        "provider",
        "display_name",
        "score",
        "expected_quality",
        "quality_interval",
        "estimated_cost_usd",
        "estimated_latency_ms",
        "reasons",
    }
    low, high = found["ranking"][0]["quality_interval"]
    assert 0 <= low <= found["ranking"][0]["expected_quality"] <= high <= 1
    assert found["degraded"] == []


def test_the_classic_prompt_is_coding_and_easy(api: Service):
    found = api.post("/route", {"prompt": PROMPT}).json["classification"]
    assert (found["category"], found["difficulty"]) == ("coding", "easy")


def test_a_decision_can_be_read_again_whole_and_holds_no_prompt(api: Service):
    prompt = "a canary that must not be kept: tyrannosaurus"
    made = api.post("/route", {"prompt": prompt}).json
    kept = api.get(f"/decisions/{made['decision_id']}")
    assert kept.json == made
    assert b"tyrannosaurus" not in kept.body


def test_an_unknown_decision_is_not_found(api: Service):
    assert api.get("/decisions/nothing").error == "not_found"


def test_messages_are_routed_by_what_the_user_asked_last(api: Service):
    turns = [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": "hello there"},
        {"role": "assistant", "content": "Hello! What can I do?"},
        {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
    ]
    assert api.post("/route", {"messages": turns}).json["classification"]["category"] == "coding"


def test_a_picture_needs_a_model_that_sees(api: Service):
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    found = api.post("/route", {"messages": [{"role": "user", "content": parts}]}).json
    blind = [model for model in found["excluded"] if "vision" in model["detail"]]
    assert blind
    assert not {model["id"] for model in blind} & {model["id"] for model in found["ranking"]}


@pytest.mark.parametrize(
    ("constraint", "holds"),
    [
        ({"max_cost_usd": 0.0005}, lambda model: model["estimated_cost_usd"] <= 0.0005),
        ({"min_quality": 0.8}, lambda model: model["expected_quality"] >= 0.8),
        ({"providers": ["openai", "anthropic"]}, lambda model: model["provider"] in ("openai", "anthropic")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_every_ranked_model_meets_the_constraint_and_some_do_not(api: Service, constraint, holds):
    found = api.post("/route", {"prompt": PROMPT, "constraints": constraint}).json
    assert found["ranking"]
    assert all(holds(model) for model in found["ranking"])
    name = next(iter(constraint))
    assert name in {model["reason"] for model in found["excluded"]}


def test_a_latency_that_only_some_models_reach_excludes_the_others(api: Service):
    waits = [model["estimated_latency_ms"] for model in api.post("/route", {"prompt": PROMPT}).json["ranking"]]
    limit = min(waits) + 1
    found = api.post("/route", {"prompt": PROMPT, "constraints": {"max_latency_ms": limit}}).json
    assert found["ranking"]
    assert all(model["estimated_latency_ms"] <= limit for model in found["ranking"])
    assert "max_latency_ms" in {model["reason"] for model in found["excluded"]}


def test_the_contracts_own_request_has_an_answer_though_no_speed_was_measured(api: Service):
    constraints = {
        "max_tokens": 500, "max_cost_usd": 0.01, "max_latency_ms": 4000, "min_quality": 0.6, "providers": ["openai"],
        "exclude_models": ["gpt-4"], "capabilities": ["tools", "json"], "min_context_tokens": 32000,
        "open_weights": False,
    }  # fmt: skip
    found = api.post("/route", {"prompt": PROMPT, "mode": "recommend", "constraints": constraints, "preference": 0.5})
    assert found.status == 200
    assert all(
        model["provider"] == "openai" and model["estimated_latency_ms"] <= 4000 for model in found.json["ranking"]
    )


def test_an_excluded_model_is_never_ranked(api: Service):
    first = api.post("/route", {"prompt": PROMPT}).json["recommended_model"]["id"]
    found = api.post("/route", {"prompt": PROMPT, "constraints": {"exclude_models": [first]}}).json
    assert first not in {model["id"] for model in found["ranking"]}


def test_a_model_that_is_excluded_by_its_name_is_ranked_at_no_host(api: Service):
    first = api.post("/route", {"prompt": PROMPT}).json["recommended_model"]
    for name in (first["display_name"], first["display_name"].upper()):
        found = api.post("/route", {"prompt": PROMPT, "constraints": {"exclude_models": [name]}}).json
        assert first["display_name"] not in {model["display_name"] for model in found["ranking"]}
        assert first["id"] in {model["id"] for model in found["excluded"] if model["reason"] == "exclude_models"}


def test_names_that_nothing_has_are_told_by_their_place_and_never_repeated(api: Service):
    unknown = "gtp-never-heard-of"
    found = api.post("/route", {"prompt": PROMPT, "constraints": {"exclude_models": ["gpt-4o", unknown]}})
    assert found.status == 200
    assert "constraints.exclude_models[1]: no model in the catalogue goes by that name." in found.json["explanation"]
    refused = api.post("/route", {"prompt": PROMPT, "constraints": {"providers": [unknown]}})
    assert (refused.status, refused.error) == (422, "no_eligible_model")
    assert [field["path"] for field in refused.json["error"]["fields"]] == [
        "constraints.providers", "constraints.providers[0]",
    ]  # fmt: skip
    assert "openai" in refused.json["error"]["fields"][1]["problem"]
    assert unknown.encode() not in found.body + refused.body


@pytest.mark.parametrize(
    ("prompt", "demands"),
    [(f"Summarise: {'the quick brown fox jumps over the lazy dog. ' * 4000}", {}),
     ("hi", {"max_tokens": 1, "providers": ["deepseek"]})],
    ids=["long", "short"],
)  # fmt: skip
def test_a_told_cost_sent_back_as_the_bound_keeps_the_model_that_it_was_told_of(
    api: Service, prompt: str, demands: dict[str, object]
):
    body = {"prompt": prompt, "preference": 0.0, "constraints": demands}
    for told in api.post("/route", body).json["ranking"][:5]:
        bound = {**demands, "max_cost_usd": told["estimated_cost_usd"]}
        again = api.post("/route", {**body, "constraints": bound}).json
        assert told["id"] in [each["id"] for each in again["ranking"]]


def test_constraints_that_nothing_meets_name_the_binding_one_and_a_relaxation_that_works(api: Service):
    reply = api.post("/route", {"prompt": PROMPT, "constraints": {"max_cost_usd": 1e-12}})
    assert (reply.status, reply.error) == (422, "no_eligible_model")
    (field,) = reply.json["error"]["fields"]
    assert field["path"] == "constraints.max_cost_usd"
    relaxed = float(field["problem"].rpartition(" ")[2])
    assert api.post("/route", {"prompt": PROMPT, "constraints": {"max_cost_usd": relaxed}}).status == 200


def test_more_preference_never_costs_less_or_gets_worse(api: Service):
    firsts = [api.post("/route", {"prompt": PROMPT, "preference": step / 10}).json["ranking"][0] for step in range(11)]
    costs = [first["estimated_cost_usd"] for first in firsts]
    qualities = [first["expected_quality"] for first in firsts]
    assert costs == sorted(costs)
    assert qualities == sorted(qualities)
    assert costs[0] < costs[-1]


def test_the_metrics_of_a_model_are_found_by_an_id_with_a_slash_encoded_or_not(api: Service):
    name = api.get("/metrics/models").json["models"][0]["id"]
    assert "/" in name
    for path in (f"/metrics/{name}", f"/metrics/{name.replace('/', '%2F')}"):
        assert api.get(path).json["id"] == name
    assert api.get("/metrics/nobody/nothing").error == "not_found"


def test_it_is_alive(api: Service):
    assert api.get("/healthz").json == {"ok": True}
    assert api.get("/route/health").json["status"] == "up"
