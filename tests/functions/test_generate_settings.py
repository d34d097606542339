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
