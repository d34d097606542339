"""What goes wrong with a message, as Anthropic's own SDK raises it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic

from tests.support.anthropic_sdk import ASKED, connected
from tests.support.openai_sdk import PINNED, client_key
from tests.support.provider_faults import CANARY, Fault, Raw
from tests.support.provider_server import ProviderServer
from tests.support.running import Running


@pytest.fixture
def client(running: Running) -> Iterator[Anthropic]:
    with connected(running, running.admin_key) as found:
        yield found


def ask(client: Anthropic, model: str = PINNED, **fields: Any) -> anthropic.types.Message:
    return client.messages.create(model=model, max_tokens=50, **{"messages": ASKED, **fields})


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "Anthropic's own tools are not here"),
        ({"tool_choice": {"type": "any"}}, "where there are no tools"),
        ({"container": "container_1"}, "nothing is run here"),
        ({"inference_geo": "us"}, "constraints.regions"),
        ({"speed": "fast"}, "speed"),
        ({"extra_body": {"top_k": 5}}, "top_k: must be left out"),
        ({"extra_body": {"mcp_servers": [{"type": "url", "url": "https://x.example", "name": "x"}]}}, "mcp_servers"),
        ({"extra_body": {"input": "Hello"}}, "not known here"),
        ({"messages": []}, "messages"),
    ],
)
def test_what_cannot_be_had_is_a_bad_request_error_that_says_why(client: Anthropic, asked: dict, says: str):
    with pytest.raises(anthropic.BadRequestError) as raised:
        ask(client, "auto", **asked)
    assert says in str(raised.value.api_message)
    assert (raised.value.type, raised.value.error_code) == ("invalid_request_error", "invalid_request")


def test_a_wrong_key_is_an_authentication_error_in_either_header(running: Running):
    key = client_key(running)
    for headers in ({"x-api-key": "sk-wrong"}, {"authorization": "Bearer sk-wrong"}):
        status, body = running.ask("PORT", "POST", "/v1/messages", {"model": "auto", "messages": ASKED}, **headers)
        assert (status, json.loads(body)["error"]["type"]) == (401, "authentication_error")
    for headers in ({"x-api-key": key}, {"authorization": f"Bearer {key}"}):
        status, _ = running.ask("PORT", "POST", "/v1/messages", {"model": PINNED, "messages": ASKED}, **headers)
        assert status == 200
    with connected(running, "sk-wrong") as client, pytest.raises(anthropic.AuthenticationError) as raised:
        ask(client)
    assert raised.value.type == "authentication_error"


def test_a_model_that_a_key_may_not_use_is_a_permission_error(running: Running):
    key = client_key(running, allowed_models=["openai/gpt-4o"])
    with connected(running, key) as client, pytest.raises(anthropic.PermissionDeniedError) as raised:
        ask(client)
    assert (raised.value.type, raised.value.error_code) == ("permission_error", "model_not_allowed")


@pytest.mark.parametrize("model", ["nobody/nothing", "claude-nothing-20250929", "auto-20250929", "auto:most"])
def test_an_unknown_model_is_a_not_found_error(client: Anthropic, model: str):
    for asked in (partial(ask, client), partial(client.messages.count_tokens, messages=ASKED)):
        with pytest.raises(anthropic.NotFoundError) as raised:
            asked(model=model)
        assert (raised.value.type, raised.value.error_code) == ("not_found_error", "model_not_found")


def test_where_nothing_is_the_error_is_anthropics_too(client: Anthropic):
    with pytest.raises(anthropic.NotFoundError) as raised:
        client.messages.batches.retrieve("batch_1")
    assert raised.value.type == "not_found_error"
    assert "POST /v1/messages" in str(raised.value)


def test_a_body_that_is_too_long_is_a_request_too_large(client: Anthropic):
    with pytest.raises(anthropic.APIStatusError) as raised:
        ask(client, system="x" * 4_300_000)
    assert raised.value.status_code == 413
    assert raised.value.body["error"]["type"] == "request_too_large"  # type: ignore[index]


def test_too_many_requests_are_a_rate_limit_error(running: Running):
    with connected(running, client_key(running, requests_per_minute=1)) as client:
        with pytest.raises(anthropic.RateLimitError) as raised:
            [ask(client) for _ in range(3)]
        assert raised.value.type == "rate_limit_error"
        with pytest.raises(anthropic.RateLimitError):
            client.messages.count_tokens(model=PINNED, messages=ASKED)


def test_a_prompt_that_is_too_long_is_told_in_the_words_that_clients_shorten_it_by(
    client: Anthropic, provider: ProviderServer
):
    told = {"code": "context_length_exceeded", "message": f"{CANARY} is too long."}
    provider.then(Raw(400, json.dumps({"error": told}).encode()))
    with pytest.raises(anthropic.BadRequestError) as raised:
        ask(client)
    assert str(raised.value.api_message).startswith("prompt is too long: ")
    assert raised.value.error_code == "context_length_exceeded"
    assert CANARY not in str(raised.value)


def test_a_provider_that_fails_is_an_internal_server_error(client: Anthropic, provider: ProviderServer):
    provider.then(Fault.SERVER_ERROR)
    with pytest.raises(anthropic.InternalServerError) as raised:
        ask(client, "openai/gpt-4o")
    assert (raised.value.status_code, raised.value.type) == (502, "api_error")
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize("fault", [Fault.RESET_MIDWAY, Fault.NO_END_MARK])
def test_a_stream_that_breaks_is_an_api_error_after_what_was_said(client: Anthropic, provider: ProviderServer, fault):
    asked: dict[str, Any] = {"model": "openai/gpt-4.1-mini", "max_tokens": 50, "messages": ASKED}
    list(client.messages.create(**asked, stream=True))  # it is well
    provider.then(fault)
    pieces: list[str] = []
    with client.messages.stream(**asked) as stream, pytest.raises(anthropic.APIStatusError) as raised:
        pieces.extend(stream.text_stream)
    assert (raised.value.type, raised.value.error_code) == ("api_error", "upstream_error")
    assert "".join(pieces)
    assert CANARY not in str(raised.value)
