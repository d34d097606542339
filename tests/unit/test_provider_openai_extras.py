"""Fields of OpenAI's own: sent to the speakers that take them, and to no other."""

from __future__ import annotations

import pytest

from tests.support.chat import ask
from tests.unit.test_provider_openai_requests import posted, quirks_of


@pytest.mark.parametrize(
    ("speaker", "model", "sent"),
    [
        ("openai", "gpt-4o", {"logit_bias": {"42": 5.0}}),
        ("openai", "gpt-5.6", {"verbosity": "low"}),
        ("azure", "gpt-4.1-mini", {"logit_bias": {"42": 5.0}}),
        ("groq", "gpt-oss-120b", {}),
        ("ollama", "gemma", {}),
    ],
)
def test_a_bias_and_a_verbosity_go_where_they_are_known(speaker: str, model: str, sent: dict[str, object]):
    body = posted(ask("Hi", logit_bias=(("42", 5.0),), verbosity="low"), quirks_of(speaker), model)
    assert {name: body[name] for name in ("logit_bias", "verbosity") if name in body} == sent
