"""Generating through the doors: who is asked, what is kept of it, and who answers where the first does not."""

from __future__ import annotations

import json

import pytest

from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.generating import PROMPT, Client
from tests.support.providers import FakeProvider


def ranked(generating: Client) -> list[dict]:
    return generating.api.post("/route", {"prompt": PROMPT}).json["ranking"]


def test_the_first_of_the_ranking_answers_and_its_usage_is_priced(generating: Client):
    found = generating.route().json
    assert found["model_used"]["id"] == found["ranking"][0]["id"] == found["recommended_model"]["id"]
    assert found["output"] == "Hello there, friend."
    assert found["usage"]["prompt_tokens"] == 10
    assert found["usage"]["completion_tokens"] == 5
    assert found["usage"]["cost_usd"] > 0
    assert [attempt["outcome"] for attempt in found["attempts"]] == ["ok"]
    assert generating.api.get(f"/decisions/{found['decision_id']}").json["decision_id"] == found["decision_id"]


OUTCOME = {"model_used", "stop_reason", "usage", "attempts", "answer_cached"}


def test_a_decision_keeps_what_came_of_it_and_not_a_word_of_the_answer(generating: Client):
    given = generating.route().json
    kept = generating.api.get(f"/decisions/{given['decision_id']}").json
    assert kept == {name: value for name, value in given.items() if name != "output"}
    assert kept.keys() >= OUTCOME


def test_a_chat_completions_decision_keeps_what_came_of_it_too(generating: Client):
    generating.providers.by_name[ranked(generating)[0]["provider"]] = FakeProvider(breaks_after=0)
    given = generating.chat().json
    reply = generating.api.get(f"/decisions/{given['router']['decision_id']}")
    kept = reply.json
    assert (kept["model_used"]["id"], kept["attempts"]) == (given["model"], given["router"]["attempts"])
    assert kept["usage"] == {"prompt_tokens": 10, "completion_tokens": 5, "cost_usd": given["router"]["cost_usd"]}
    assert b"Hello there" not in reply.body


def test_a_streams_decision_is_kept_when_it_begins(generating: Client):
    first = ranked(generating)[0]
    generating.providers.by_name[first["provider"]] = FakeProvider(breaks_after=0)
    note = json.loads(generating.events()[0])["router"]
    kept = generating.api.get(f"/decisions/{note['decision_id']}").json
    assert (kept["model_used"]["id"], kept["attempts"]) == (note["model"], note["attempts"])
    assert (kept["usage"], kept["stop_reason"]) == (None, None)
    assert kept.keys() >= OUTCOME


def test_what_fails_is_told_and_the_next_model_answers(generating: Client):
    first = ranked(generating)[0]
    failing = FakeProvider(fails=ProviderFailed(Failure.RATE_LIMITED, status=429, retry_after_s=30))
    generating.providers.by_name[first["provider"]] = failing
    found = generating.route().json
    outcomes = [(attempt["provider"], attempt["outcome"]) for attempt in found["attempts"]]
    assert outcomes[0] == (first["provider"], "rate_limited")
    assert outcomes[-1][1] == "ok"
    assert found["model_used"]["provider"] != first["provider"]
    again = generating.route().json
    assert first["id"] not in [attempt["id"] for attempt in again["attempts"] if attempt["outcome"] != "cooling"]


def test_all_down_is_a_502_of_at_most_three_attempts_that_names_models_and_no_words_of_theirs(generating: Client):
    generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR, status=500))
    reply = generating.route()
    assert (reply.status, reply.error) == (502, "upstream_error")
    assert len(generating.asked) == 3
    assert "server_error" in reply.json["error"]["message"]
    assert generating.api.post("/route", {"prompt": PROMPT}).status == 200


def test_without_any_provider_generation_says_what_to_set_and_recommending_goes_on(generating: Client):
    generating.providers.default = None
    reply = generating.route()
    assert (reply.status, reply.error) == (503, "provider_not_configured")
    assert generating.api.post("/route", {"prompt": PROMPT}).status == 200


@pytest.mark.parametrize("model", ["auto", "openai/gpt-4o-mini"])
def test_a_provider_that_is_not_configured_is_nothing_to_wait_for(generating: Client, model: str):
    generating.providers.default = None
    reply = generating.chat(model=model)
    assert (reply.status, reply.json["error"]["code"]) == (503, "provider_not_configured")
    assert "retry-after" not in reply.headers
    assert reply.headers["x-should-retry"] == "false"


def test_a_model_without_its_provider_is_excluded_with_the_reason(generating: Client):
    first = ranked(generating)[0]
    generating.providers.default = None
    generating.providers.by_name["openai"] = FakeProvider()
    found = generating.route().json
    assert found["model_used"]["provider"] == "openai"
    why = {row["id"]: row for row in found["excluded"]}
    assert why[first["id"]]["reason"] == "unusable"
    assert "is not set" in why[first["id"]]["detail"]


def test_a_stream_that_breaks_ends_in_an_error_and_no_other_models_text(generating: Client):
    generating.providers.default = FakeProvider(breaks_after=2)
    *pieces, last = generating.events()
    assert len(generating.asked) == 1
    assert [json.loads(p)["choices"][0]["delta"]["content"] for p in pieces] == ["Hello", " there,"]
    error = json.loads(last)["error"]
    assert error["type"] == "server_error"
    assert error["code"] == "upstream_error"


def test_a_stream_turns_to_the_next_model_while_nothing_has_been_said(generating: Client):
    first = ranked(generating)[0]
    generating.providers.by_name[first["provider"]] = FakeProvider(breaks_after=0)
    chunks = [json.loads(piece) for piece in generating.events()[:-1]]
    assert chunks[0]["router"]["attempts"][0]["outcome"] == "unreachable"
    assert chunks[0]["router"]["attempts"][-1]["outcome"] == "ok"


def test_what_an_answer_may_cost_bounds_how_long_the_model_may_write(generating: Client):
    dear = max(ranked(generating), key=lambda row: row["estimated_cost_usd"])
    limit = dear["estimated_cost_usd"] * 2
    found = generating.route(constraints={"max_cost_usd": limit}).json
    (model,) = (m for m in generating.api.get("/models").json["models"] if m["id"] == found["model_used"]["id"])
    longest = generating.asked[0][1].max_tokens
    assert longest is not None
    assert longest * model["output_usd_per_mtok"] / 1e6 <= limit


def test_a_model_that_is_named_and_ruled_out_at_once_is_refused(generating: Client):
    pinned = ranked(generating)[0]["id"]
    reply = generating.chat(model=pinned, constraints={"exclude_models": [pinned]})
    assert (reply.status, reply.json["error"]["code"]) == (422, "no_eligible_model")
    assert generating.asked == []


def test_a_named_model_that_is_rate_limited_is_a_429_and_afterwards_it_rests(generating: Client):
    pinned = ranked(generating)[0]["id"]
    generating.providers.default = FakeProvider(
        fails=ProviderFailed(Failure.RATE_LIMITED, status=429, retry_after_s=30)
    )
    limited, resting = generating.chat(model=pinned), generating.chat(model=pinned)
    assert (limited.status, limited.error, limited.json["error"]["type"]) == (
        429,
        "upstream_rate_limited",
        "rate_limit_error",
    )
    assert (resting.status, resting.error) == (503, "upstream_unavailable")
    assert [int(reply.headers["retry-after"]) for reply in (limited, resting)] == [30, 30]


def test_a_model_that_breaks_every_stream_is_left_alone(generating: Client):
    pinned = ranked(generating)[0]["id"]
    generating.providers.default = FakeProvider(breaks_after=1)
    for _ in range(3):
        assert generating.chat(model=pinned, stream=True).status == 200
    assert generating.chat(model=pinned, stream=True).status == 503
