"""Models of Bedrock that the operator has not let in are not asked, not listed, and excluded with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from llm_router.lazy import Lazy
from tests.support.configured import KEY, providers
from tests.support.generating import PROMPT, Client
from tests.support.provider_server import ProviderServer, provider_server

NOVA = "bedrock/amazon.nova-lite-v1:0"
WHY_NOT = "it is none of BEDROCK_MODELS"


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with provider_server() as found:
        yield found


@contextmanager
def at_bedrock(generating: Client, server: ProviderServer, pattern: str) -> Iterator[Client]:
    """With nobody else configured."""
    server.reset()
    given = {"BEDROCK_REGION": "us-east-1", "BEDROCK_ENDPOINT_URL": server.url, "AWS_BEARER_TOKEN_BEDROCK": KEY}
    configured = providers(**given, BEDROCK_MODELS=pattern)
    generating.parts.providers = Lazy(lambda: configured)
    yield generating
    configured.close()


def test_auto_asks_and_v1_models_lists_only_those_that_the_pattern_fits(generating: Client, server: ProviderServer):
    with at_bedrock(generating, server, "anthropic.*") as client:
        reply = client.chat()
        models = client.api.get("/v1/models").json["data"]
    assert reply.status == 200
    assert reply.json["model"].startswith("bedrock/anthropic.")
    assert all("anthropic." in asked.model for asked in server.requests)
    listed = [row["id"] for row in models if "/" in row["id"]]
    assert listed
    assert all(name.startswith("bedrock/anthropic.") for name in listed)


def test_the_others_are_excluded_with_the_reason(generating: Client, server: ProviderServer):
    with at_bedrock(generating, server, "anthropic.*") as client:
        found = client.route(constraints={"providers": ["bedrock"]}).json
    why = {row["id"]: (row["reason"], row["detail"]) for row in found["excluded"]}
    assert why[NOVA] == ("unusable", WHY_NOT)
    assert not any(name.startswith("bedrock/anthropic.") for name in why)


def test_one_that_is_named_is_refused_with_the_reason(generating: Client, server: ProviderServer):
    with at_bedrock(generating, server, "anthropic.*") as client:
        reply = client.chat(model=NOVA)
    assert (reply.status, reply.json["error"]["code"]) == (503, "provider_not_configured")
    assert WHY_NOT in reply.json["error"]["message"]
    assert server.requests == []


def test_a_pattern_that_fits_no_model_is_told_to_whoever_generates_and_advice_is_as_ever(
    generating: Client, server: ProviderServer
):
    with at_bedrock(generating, server, "us.anthropic.*") as client:
        reply = client.chat()
        advised = client.api.post("/route", {"prompt": PROMPT})
    assert (reply.status, reply.json["error"]["code"]) == (503, "provider_not_configured")
    assert f"bedrock, may be asked: {WHY_NOT}" in reply.json["error"]["message"]
    assert advised.status == 200
