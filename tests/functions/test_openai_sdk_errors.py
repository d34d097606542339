"""What goes wrong, as OpenAI's own SDK raises it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import openai
import pytest
from openai import OpenAI

from tests.support.openai_sdk import ASKED, PINNED, client_key, connected
from tests.support.provider_faults import CANARY, Fault, Limited, Raw
from tests.support.provider_server import ProviderServer
from tests.support.running import Running


@pytest.fixture
def client(running: Running) -> Iterator[OpenAI]:
    with connected(running, running.admin_key) as found:
        yield found


def test_a_wrong_key_is_an_authentication_error_once_keys_are_needed(running: Running):
    client_key(running)
    with connected(running, "sk-wrong") as client, pytest.raises(openai.AuthenticationError) as raised:
        client.chat.completions.create(model="auto", messages=ASKED)
    assert raised.value.type == "authentication_error"


def test_a_model_that_a_key_may_not_use_is_a_permission_error(running: Running):
    key = client_key(running, allowed_models=["openai/gpt-4o"])
    with connected(running, key) as client, pytest.raises(openai.PermissionDeniedError) as raised:
        client.chat.completions.create(model=PINNED, messages=ASKED)
    assert raised.value.code == "model_not_allowed"


def test_an_unknown_model_is_a_not_found_error(client: OpenAI):
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="nobody/nothing", messages=ASKED)
    assert raised.value.code == "model_not_found"


def test_a_wrong_field_is_a_bad_request_error_that_names_it(client: OpenAI):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="auto", messages=ASKED, temperature=7)
    assert raised.value.param == "temperature"
    assert "temperature" in str(raised.value)


def test_a_request_that_the_provider_does_not_take_is_a_bad_request_error(client: OpenAI, provider: ProviderServer):
    provider.then(Fault.BAD_REQUEST)
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model=PINNED, messages=ASKED)
    assert CANARY not in str(raised.value)


def test_a_request_that_is_too_long_for_the_model_has_openai_s_code(client: OpenAI, provider: ProviderServer):
    told = {"code": "context_length_exceeded", "message": f"{CANARY} is too long."}
    provider.then(Raw(400, json.dumps({"error": told}).encode()))
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model=PINNED, messages=ASKED)
    assert raised.value.code == "context_length_exceeded"
    assert CANARY not in str(raised.value)


def test_too_many_requests_are_a_rate_limit_error_that_says_when_to_come_back(running: Running):
    # Three, since a minute may begin after the first.
    with connected(running, client_key(running, requests_per_minute=1)) as client:
        ask = partial(client.chat.completions.create, model=PINNED, messages=ASKED)
        with pytest.raises(openai.RateLimitError) as raised:
            [ask() for _ in range(3)]
    assert 1 <= int(raised.value.response.headers["retry-after"]) <= 60


def test_a_provider_that_fails_is_an_internal_server_error(client: OpenAI, provider: ProviderServer):
    provider.then(Fault.SERVER_ERROR)
    with pytest.raises(openai.InternalServerError) as raised:
        client.chat.completions.create(model="openai/gpt-4o", messages=ASKED)
    assert raised.value.status_code == 502
    assert CANARY not in str(raised.value)


def test_a_pinned_model_that_is_rate_limited_says_when_to_come_back(client: OpenAI, provider: ProviderServer):
    provider.then(Limited("7"))
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(model="openai/gpt-4o-mini", messages=ASKED)
    assert 1 <= int(raised.value.response.headers["retry-after"]) <= 7


@pytest.mark.parametrize("fault", [Fault.RESET_MIDWAY, Fault.ERROR_EVENT, Fault.NO_END_MARK, Fault.GARBAGE_EVENT])
def test_a_stream_that_breaks_is_an_api_error_after_what_was_said(client: OpenAI, provider: ProviderServer, fault):
    list(client.chat.completions.create(model="openai/gpt-4.1-mini", messages=ASKED, stream=True))  # it is well
    provider.then(fault)
    pieces: list[str] = []
    chunks = client.chat.completions.create(model="openai/gpt-4.1-mini", messages=ASKED, stream=True)
    with pytest.raises(openai.APIError) as raised:
        pieces.extend(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert raised.value.code == "upstream_error"
    assert "".join(pieces)
    assert len(provider.requests) == 2
    assert CANARY not in str(raised.value)
