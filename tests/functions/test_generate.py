"""Generating through the doors: what is asked, of whom, and what comes back when it goes well and when it does not."""

from __future__ import annotations

import json

import pytest

from llm_router.catalogue.bundled import bundled
from llm_router.generation.chat import Role, TextPart, ToolCall
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.lazy import Lazy
from tests.support.generating import PROMPT, Client
from tests.support.providers import FakeProvider

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


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
    generating.providers.default = FakeProvider(calls=(ToolCall("call_1", "weather", '{"city": "Rome"}'),))
    given = generating.route().json
    kept = generating.api.get(f"/decisions/{given['decision_id']}").json
    assert kept == {name: value for name, value in given.items() if name not in ("output", "tool_calls")}
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


def test_a_model_without_its_provider_is_excluded_with_the_reason(generating: Client):
    first = ranked(generating)[0]
    generating.providers.default = None
    generating.providers.by_name["openai"] = FakeProvider()
    found = generating.route().json
    assert found["model_used"]["provider"] == "openai"
    why = {row["id"]: row for row in found["excluded"]}
    assert why[first["id"]]["reason"] == "unusable"
    assert "is not set" in why[first["id"]]["detail"]


def test_a_chat_completion_has_openais_shape_and_tells_what_the_router_did(generating: Client):
    reply = generating.chat()
    found = reply.json
    assert found["object"] == "chat.completion"
    assert found["choices"][0]["message"] == {"role": "assistant", "content": "Hello there, friend.", "refusal": None}
    assert found["choices"][0]["finish_reason"] == "stop"
    assert found["usage"]["total_tokens"] == 15
    assert found["router"]["category"] == "coding"
    assert reply.headers["x-model-used"] == found["model"] == found["router"]["model"]
    assert reply.headers["x-decision-id"] == found["router"]["decision_id"]


@pytest.mark.parametrize(("model", "field"), [("auto:cheap", 0.0), ("auto:best", 1.0), ("auto:0.3", 0.3)])
def test_the_models_name_may_carry_the_preference(generating: Client, model: str, field: float):
    decision = generating.chat(model=model).json["router"]["decision_id"]
    assert generating.api.get(f"/decisions/{decision}").json["preference"] == field


def test_a_pinned_model_is_asked_by_its_providers_name_and_nothing_is_decided(generating: Client):
    entry = next(m for m in generating.api.get("/models").json["models"] if m["provider"] == "openai")
    found = generating.chat(model=entry["id"]).json
    assert found["model"] == entry["id"]
    assert found["router"]["decision_id"] is None
    assert generating.asked[0][0] == entry["api_alias"]


@pytest.mark.parametrize("model", ["nothing/such", "auto:rubbish", "auto:7"])
def test_an_unknown_model_is_openais_404(generating: Client, model: str):
    reply = generating.chat(model=model)
    assert reply.status == 404
    assert reply.json["error"]["type"] == "not_found_error"
    assert reply.json["error"]["code"] == "model_not_found"


@pytest.mark.parametrize("field", ["api_base", "base_url", "headers", "extra_headers", "n"])
def test_what_is_not_known_is_openais_400(generating: Client, field: str):
    reply = generating.chat(**{field: 2})
    assert reply.status == 400
    assert reply.json["error"]["type"] == "invalid_request_error"
    assert generating.asked == []


def test_tools_and_their_calls_go_both_ways(generating: Client):
    generating.providers.default = FakeProvider(calls=(ToolCall("call_1", "weather", '{"city": "Rome"}'),))
    turns = [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_0", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "call_0", "content": "rain"},
        {"role": "user", "content": "and in Rome, please look it up?"},
    ]  # fmt: skip
    choice = generating.chat(messages=turns, tools=[TOOL], tool_choice="required").json["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0] == {
        "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}
    }  # fmt: skip
    _, asked = generating.asked[0]
    assert [message.role for message in asked.messages] == [Role.USER, Role.ASSISTANT, Role.TOOL, Role.USER]
    assert asked.messages[1].tool_calls[0].name == "weather"
    assert asked.messages[2].parts == (TextPart("rain"),)
    assert asked.tools[0].name == "weather"


def test_answers_are_never_longer_than_the_operator_allows(generating: Client):
    generating.chat(max_tokens=9_000_000)
    generating.chat(max_completion_tokens=7)
    lengths = [request.max_tokens for _, request in generating.asked]
    assert lengths[0] is not None
    assert lengths[0] <= 8192
    assert lengths[1] == 7


def test_a_stream_brings_pieces_the_reason_it_ended_usage_and_its_end(generating: Client):
    *pieces, done = generating.events(stream_options={"include_usage": True})
    chunks = [json.loads(piece) for piece in pieces]
    assert done == "[DONE]"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "Hello"}
    assert chunks[0]["router"]["category"] == "coding"
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])
    assert text == "Hello there, friend."
    assert [c["choices"][0]["finish_reason"] for c in chunks if c["choices"]][-1] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 5


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


def test_the_list_of_models_holds_auto_and_what_is_configured(generating: Client):
    generating.providers.default = None
    generating.providers.by_name["openai"] = FakeProvider()
    found = generating.api.get("/v1/models").json
    assert found["object"] == "list"
    assert found["data"][0]["id"] == "auto"
    assert {row["owned_by"] for row in found["data"][1:]} == {"openai"}
    assert {row["created"] for row in found["data"]} == {int(bundled().as_of)}
    assert bundled().as_of > 0


def test_a_model_of_the_list_is_told_of_by_its_id_or_its_providers_name_for_it(generating: Client):
    entry = next(m for m in generating.api.get("/models").json["models"] if m["id"] == "openai/gpt-4.1")
    for name in (entry["id"], entry["api_alias"]):
        found = generating.api.get(f"/v1/models/{name}").json
        assert (found["id"], found["object"], found["owned_by"]) == (entry["id"], "model", "openai")
    generating.providers.default = None
    generating.parts.dispatcher = Lazy(generating.parts._make_dispatcher)
    assert generating.api.get(f"/v1/models/{entry['id']}").error == "model_not_found"


def test_the_same_key_sent_twice_is_done_once(generating: Client):
    body = {"prompt": PROMPT, "mode": "generate"}
    once = generating.api.send("POST", "/route", body, {"idempotency-key": "a"})
    again = generating.api.send("POST", "/route", body, {"idempotency-key": "a"})
    assert again.body == once.body
    assert again.headers["idempotent-replayed"] == "true"
    assert len(generating.asked) == 1
    other = generating.api.send("POST", "/route", {**body, "preference": 1.0}, {"idempotency-key": "a"})
    assert (other.status, other.error) == (409, "idempotency_key_reused")


def test_a_request_that_failed_may_be_sent_again_with_its_key(generating: Client):
    body = {"prompt": PROMPT, "mode": "generate"}
    generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.BAD_REQUEST, status=400))
    assert generating.api.send("POST", "/route", body, {"idempotency-key": "b"}).status == 422
    generating.providers.default = FakeProvider()
    assert generating.api.send("POST", "/route", body, {"idempotency-key": "b"}).status == 200


def test_the_response_cache_is_asked_only_when_the_request_asks_for_it(generating: Client):
    plain = [generating.chat().json["router"]["cached"] for _ in range(2)]
    asking = [generating.chat(cache={"ttl_s": 60}).json for _ in range(2)]
    assert plain == [False, False]
    assert [found["router"]["cached"] for found in asking] == [False, True]
    assert asking[1]["choices"] == asking[0]["choices"]
    assert asking[1]["router"]["cost_usd"] == 0
    assert generating.chat(cache={"ttl_s": 60}, temperature=0.1).json["router"]["cached"] is False
    assert len(generating.asked) == 4


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


def test_every_answer_to_an_idempotency_key_has_its_headers(generating: Client):
    body = {"model": "auto", "messages": [{"role": "user", "content": PROMPT}]}
    for _ in range(2):
        reply = generating.api.send("POST", "/v1/chat/completions", body, {"idempotency-key": "headers"})
        assert reply.headers["x-model-used"] == reply.json["model"]
        assert reply.headers["x-decision-id"] == reply.json["router"]["decision_id"]
    assert reply.headers["idempotent-replayed"] == "true"


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
