"""Settings of a request that the router looks after itself, whichever model answers."""

from __future__ import annotations

import json

import pytest

from tests.support.generating import Client
from tests.support.providers import FakeProvider


def test_a_bias_of_tokens_goes_to_the_model_that_is_named_and_to_no_other(generating: Client):
    refused = generating.chat(logit_bias={"42": 5})
    assert refused.status == 400
    assert "logit_bias" in refused.json["error"]["message"]
    assert generating.chat(logit_bias={}).status == 200
    generating.asked.clear()
    assert generating.chat(model="openai/gpt-4o-mini", logit_bias={"42": 5}, verbosity="low").status == 200
    _, asked = generating.asked[0]
    assert (asked.logit_bias, asked.verbosity) == ((("42", 5.0),), "low")


def test_an_effort_is_ranked_with_the_thinking_that_it_will_cost(generating: Client):
    def prices(effort: str | None) -> dict[str, float]:
        fields = {} if effort is None else {"reasoning_effort": effort}
        decision = generating.chat(constraints={"providers": ["anthropic"]}, **fields).json["router"]["decision_id"]
        ranking = generating.api.get(f"/decisions/{decision}").json["ranking"]
        return {row["id"]: row["estimated_cost_usd"] for row in ranking}

    unsaid, told, untold = prices(None), prices("high"), prices("none")
    assert prices("minimal") == unsaid
    assert {name for name in untold if untold[name] < unsaid[name]} >= {"anthropic/claude-haiku-5-5"}
    assert all(untold[name] <= unsaid[name] for name in untold)
    both = unsaid.keys() & told.keys()
    assert all(told[name] >= unsaid[name] for name in both)
    thinkers = {name for name in both if told[name] > unsaid[name]}
    assert thinkers
    assert all("reasoning" in generating.api.get(f"/models/{name}").json["capabilities"] for name in thinkers)


@pytest.mark.parametrize("model", ["auto", "openai/gpt-4o-mini"])
@pytest.mark.parametrize(("fields", "kept"), [({}, False), ({"session_id": "one"}, True)])
def test_the_prompt_of_a_session_is_one_to_be_kept(generating: Client, model: str, fields: dict[str, str], kept: bool):
    assert generating.chat(model=model, **fields).status == 200
    assert [asked.kept for _, asked in generating.asked] == [kept]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_ends_at_the_callers_stop_though_the_model_goes_on(generating: Client, stream: bool):
    generating.providers.default = FakeProvider("Thought: rain. Observation: none.")
    reply = generating.chat(stop=[" Observation:"], stream=stream)
    if stream:
        events = [json.loads(line[6:]) for line in reply.body.decode().splitlines() if line.startswith("data: {")]
        said = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
        assert [c["finish_reason"] for event in events for c in event["choices"] if c["finish_reason"]] == ["stop"]
    else:
        said = reply.json["choices"][0]["message"]["content"]
    assert said == "Thought: rain."
