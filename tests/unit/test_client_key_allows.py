"""What a client key allows: the models and providers that it names, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.client_keys import ClientKey
from tests.support.models import model

KEY = ClientKey("", "a team", "", 0.0)


@pytest.mark.parametrize(
    ("models", "providers", "allowed"),
    [
        ((), (), True),
        (("acme/one",), (), True),
        (("one",), (), True),
        (("ACME/One",), (), True),
        (("One",), (), True),
        (("other/one",), (), False),
        (("acme/two",), (), False),
        (("on",), (), False),
        ((), ("acme",), True),
        ((), ("Acme",), True),
        ((), ("other",), False),
        (("acme/one",), ("acme",), True),
        (("acme/one",), ("other",), False),
        (("acme/two",), ("acme",), False),
    ],
)
def test_a_key_allows_the_models_and_the_providers_it_names(models, providers, allowed: bool):
    one = model("one", provider="acme")
    assert replace(KEY, models=models, providers=providers).allows(one) is allowed


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("deepinfra/deepseek-v3.2", True),
        ("DeepInfra/DeepSeek-V3.2", True),
        ("deepseek-ai/deepseek-v3.2", True),
        ("deepseek-v3.2", False),
        ("DeepSeek V3.2", False),
        ("fireworks/deepseek-v3.2", False),
    ],
)
def test_a_key_opens_what_it_names_and_not_the_same_model_by_its_other_names(name: str, allowed: bool):
    one = model(
        "deepseek-v3.2", provider="deepinfra", api_alias="deepseek-ai/DeepSeek-V3.2", display_name="DeepSeek V3.2"
    )
    key = replace(KEY, models=("openai/gpt-4o", name))
    assert key.allows(one) is allowed
    assert key.refused([one]) == ([] if allowed else [one.id])
