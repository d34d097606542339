"""OpenAI's models at Bedrock are told what they take there: how hard to think, and not how to sample."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers import bedrock_request, bedrock_thinking
from tests.support.chat import ask


@pytest.mark.parametrize("model", ["openai.gpt-6-sol", "us.openai.gpt-6-luna", "openai.gpt-5-mini"])
def test_a_gpt_at_bedrock_is_told_no_sampling_and_no_stop(model: str):
    told = bedrock_request.body(model, ask(max_tokens=5, temperature=0.7, top_p=0.5, stop=("END",)))
    assert told["inferenceConfig"] == {"maxTokens": 5}


@pytest.mark.parametrize(
    ("model", "effort", "sent", "thinks"),
    [
        ("openai.gpt-oss-120b-1:0", "high", {"reasoning_effort": "high"}, True),
        ("openai.gpt-oss-20b-1:0", "none", {"reasoning_effort": "low"}, True),
        ("openai.gpt-oss-20b-1:0", None, None, None),
        ("openai.gpt-6-sol", "max", {"reasoning": {"effort": "max"}}, True),
        ("us.openai.gpt-6-luna", "minimal", {"reasoning": {"effort": "none"}}, False),
        ("openai.gpt-6-luna", "none", {"reasoning": {"effort": "none"}}, False),
        ("openai.gpt-6-astra", "none", {"reasoning": {"effort": "low"}}, True),
        ("openai.gpt-6-sol", None, None, None),
        ("zai.glm-5", "high", None, None),
    ],
)
def test_models_of_openai_s_are_told_at_bedrock_how_hard_to_think(model: str, effort: str | None, sent, thinks):
    request = ask(reasoning_effort=effort)
    assert bedrock_request.body(model, request).get("additionalModelRequestFields") == sent
    assert bedrock_thinking.thinks(model, request) is thinks


def test_one_with_open_weights_is_told_how_to_sample_beside_that():
    told = bedrock_request.body("openai.gpt-oss-20b-1:0", ask(temperature=0.7, reasoning_effort="low"))
    assert told["inferenceConfig"] == {"temperature": 0.7}
