"""What goes wrong with a response, as OpenAI's own SDK raises it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.support.openai_sdk import PINNED, client_key, connected
from tests.support.provider_faults import CANARY, Fault
from tests.support.provider_server import ProviderServer
from tests.support.running import Running

PROMPT = "Write a Python function to sort a list"


@pytest.fixture
def client(running: Running) -> Iterator[OpenAI]:
    with connected(running, running.admin_key) as found:
        yield found


@pytest.mark.parametrize(
    ("asked", "param", "says"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id", "send the whole input"),
        ({"conversation": "conv_1"}, "conversation", "send the whole input"),
        ({"background": True}, "background", "must be left out"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt", "send its text"),
        ({"tools": [{"type": "web_search"}]}, "tools[0]", "OpenAI's own tools are not here"),
        ({"tools": [{"type": "custom", "name": "x"}]}, "tools[0]", "must be of the type function"),
        ({"tool_choice": {"type": "file_search"}}, "tool_choice", "OpenAI's own tools are not here"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]", "send the item itself"),
        ({"temperature": 7}, "temperature", "temperature"),
        ({"include": ["message.output_text.logprobs"]}, "include[0]", "include"),
        ({"service_tier": "flex"}, "service_tier", "service_tier"),
        ({"extra_body": {"messages": []}}, "body", "not known here"),
    ],
)
def test_what_cannot_be_had_is_a_bad_request_error_that_says_why(client: OpenAI, asked: dict, param: str, says: str):
    fields: dict[str, Any] = {"model": "auto", "input": PROMPT, **asked}
    with pytest.raises(openai.BadRequestError) as raised:
        client.responses.create(**fields)
    assert raised.value.param == param
    assert says in str(raised.value)


def test_a_wrong_key_is_an_authentication_error_once_keys_are_needed(running: Running):
    client_key(running)
    with connected(running, "sk-wrong") as client, pytest.raises(openai.AuthenticationError):
        client.responses.create(model="auto", input=PROMPT)


def test_a_model_that_a_key_may_not_use_is_a_permission_error(running: Running):
    key = client_key(running, allowed_models=["openai/gpt-4o"])
    with connected(running, key) as client, pytest.raises(openai.PermissionDeniedError) as raised:
        client.responses.create(model=PINNED, input=PROMPT)
    assert raised.value.code == "model_not_allowed"


def test_an_unknown_model_is_a_not_found_error(client: OpenAI):
    with pytest.raises(openai.NotFoundError) as raised:
        client.responses.create(model="nobody/nothing", input=PROMPT)
    assert raised.value.code == "model_not_found"


def test_too_many_requests_are_a_rate_limit_error(running: Running):
    with connected(running, client_key(running, requests_per_minute=1)) as client:
        ask = partial(client.responses.create, model=PINNED, input=PROMPT)
        with pytest.raises(openai.RateLimitError):
            [ask() for _ in range(3)]


def test_a_provider_that_fails_is_an_internal_server_error(client: OpenAI, provider: ProviderServer):
    provider.then(Fault.SERVER_ERROR)
    with pytest.raises(openai.InternalServerError) as raised:
        client.responses.create(model="openai/gpt-4o", input=PROMPT)
    assert raised.value.status_code == 502
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize("fault", [Fault.RESET_MIDWAY, Fault.NO_END_MARK])
def test_a_stream_that_breaks_is_an_api_error_after_what_was_said(client: OpenAI, provider: ProviderServer, fault):
    list(client.responses.create(model="openai/gpt-4.1-mini", input=PROMPT, stream=True))  # it is well
    provider.then(fault)
    pieces: list[str] = []
    events = client.responses.create(model="openai/gpt-4.1-mini", input=PROMPT, stream=True)
    with pytest.raises(openai.APIError) as raised:
        pieces.extend(event.delta for event in events if event.type == "response.output_text.delta")
    assert raised.value.code == "upstream_error"
    assert "".join(pieces)
    assert CANARY not in str(raised.value)
