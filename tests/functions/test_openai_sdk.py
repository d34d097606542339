"""OpenAI's own SDK against the running service: nothing but the base address has changed for whoever uses it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from tests.support.openai_sdk import ASKED, OWN, PINNED, client_key, connected, kept_decision
from tests.support.provider_answers import Call, Said
from tests.support.provider_faults import Held
from tests.support.provider_server import ProviderServer
from tests.support.running import Running

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


class Weather(BaseModel):
    """A shape that an answer is to have."""

    city: str
    degrees: int


@pytest.fixture
def client(running: Running) -> Iterator[OpenAI]:
    with connected(running, running.admin_key) as found:
        yield found


def test_a_plain_completion(client: OpenAI, provider: ProviderServer):
    provider.then(Said("def f(): ..."))
    found = client.chat.completions.create(model="auto", messages=ASKED)
    assert found.choices[0].message.content == "def f(): ..."
    assert found.choices[0].finish_reason == "stop"
    assert found.usage is not None
    assert (found.usage.prompt_tokens, found.usage.completion_tokens, found.usage.total_tokens) == (12, 7, 19)
    assert provider.requests[0].headers["authorization"] == "Bearer sk-of-the-provider"
    assert found.model == f"openai/{provider.requests[0].model}"


def test_pieces_arrive_one_by_one(client: OpenAI, provider: ProviderServer):
    release = threading.Event()
    provider.then(Held(release, after=2, said=Said("one two three")))
    with client.chat.completions.create(model=PINNED, messages=ASKED, stream=True) as chunks:
        pieces = []
        for chunk in chunks:
            pieces.append(chunk.choices[0].delta.content or "")
            if "".join(pieces).strip() == "one":
                release.set()
    assert "".join(pieces) == "one two three"


def test_a_stream_counts_its_tokens_when_it_is_asked_to(client: OpenAI):
    counting = client.chat.completions.create(
        model="auto", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    *_, last = counting
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.total_tokens == 19
    plain = client.chat.completions.create(model="auto", messages=ASKED, stream=True)
    assert [chunk.usage for chunk in plain if chunk.usage is not None] == []


def test_a_tool_is_called_and_its_result_goes_back(client: OpenAI, provider: ProviderServer):
    provider.then(Said("", calls=(Call(arguments={"city": "Rome", "degrees": 30}),)), Said("Sunny."))
    tool = openai.pydantic_function_tool(Weather, name="get_weather")
    first = client.chat.completions.parse(model="auto", messages=ASKED, tools=[tool], tool_choice="required")
    assert first.choices[0].finish_reason == "tool_calls"
    (call,) = first.choices[0].message.tool_calls or []
    assert call.function.parsed_arguments == Weather(city="Rome", degrees=30)
    turns: list[Any] = [*ASKED, first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    second = client.chat.completions.create(model="auto", messages=turns, tools=[tool])
    assert second.choices[0].message.content == "Sunny."
    sent = provider.requests[1].json
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "tool"]
    assert sent["messages"][1]["tool_calls"][0]["id"] == sent["messages"][2]["tool_call_id"] == call.id


def test_a_streamed_tool_call_is_put_together(client: OpenAI, provider: ProviderServer):
    provider.then(Said("", calls=(Call(arguments={"city": "Rome", "degrees": 30}),)))
    tool = openai.pydantic_function_tool(Weather, name="get_weather")
    with client.chat.completions.stream(model="auto", messages=ASKED, tools=[tool]) as events:
        (call,) = events.get_final_completion().choices[0].message.tool_calls or []
    assert call.function.parsed_arguments == Weather(city="Rome", degrees=30)


def test_an_answer_of_a_given_shape_is_parsed(client: OpenAI, provider: ProviderServer):
    provider.then(Said('{"city": "Rome", "degrees": 30}'))
    found = client.chat.completions.parse(model="auto", messages=ASKED, response_format=Weather)
    assert found.choices[0].message.parsed == Weather(city="Rome", degrees=30)
    wanted = provider.requests[0].json["response_format"]["json_schema"]
    assert wanted["strict"] is True
    assert list(wanted["schema"]["properties"]) == ["city", "degrees"]


def test_pictures_reach_the_provider(client: OpenAI, provider: ProviderServer):
    parts: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": [
            {"type": "text", "text": "What is in this picture?"},
            {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
        ]}
    ]  # fmt: skip
    assert client.chat.completions.create(model="auto", messages=parts).choices[0].message.content
    assert provider.requests[0].json["messages"][0]["content"][1]["image_url"] == {"url": PIXEL, "detail": "low"}


def test_the_models_are_listed(client: OpenAI):
    listed = [model.id for model in client.models.list()]
    assert listed[0] == "auto"
    assert PINNED in listed


@pytest.mark.parametrize("name", ["auto", "auto:cheap", PINNED])
def test_a_model_is_retrieved_by_what_a_request_may_name(client: OpenAI, name: str):
    found = client.models.retrieve(name)
    assert (found.id, found.object) == (name, "model")
    assert found.owned_by == ("openai" if name == PINNED else "router")


@pytest.mark.parametrize("name", ["nobody/nothing", "auto:rubbish", "anthropic/claude-opus-4.5"])
def test_a_model_that_cannot_be_asked_here_is_not_found(client: OpenAI, name: str):
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve(name)
    assert (raised.value.code, raised.value.type) == ("model_not_found", "not_found_error")


def test_a_model_that_a_key_may_not_use_is_not_found_with_it(running: Running):
    with connected(running, client_key(running, allowed_models=["openai/gpt-4o"])) as client:
        assert client.models.retrieve("openai/gpt-4o").id == "openai/gpt-4o"
        with pytest.raises(openai.NotFoundError) as raised:
            client.models.retrieve(PINNED)
    assert raised.value.code == "model_not_found"


def test_what_is_the_routers_own_goes_as_extra_body(client: OpenAI, running: Running, provider: ProviderServer):
    found = client.chat.completions.create(model="auto", messages=ASKED, extra_body=OWN)
    (sent,) = provider.requests
    assert sent.json["max_completion_tokens"] == 77
    router = found.to_dict()["router"]
    assert isinstance(router, dict)
    decision = kept_decision(running, router["decision_id"])
    assert decision["preference"] == 0.9
    assert PINNED in [row["id"] for row in decision["excluded"]]
    raw = client.chat.completions.with_raw_response.create(model=PINNED, messages=ASKED)
    assert raw.headers["x-model-used"] == PINNED


def test_what_an_answer_holds_may_be_sent_back_with_the_next_turn(client: OpenAI, provider: ProviderServer):
    provider.then(Said("Four.", reasoning="Two and two."))
    first = client.chat.completions.create(model="auto", messages=ASKED).choices[0].message
    turns: list[Any] = [*ASKED, first, *ASKED]
    assert client.chat.completions.create(model="auto", messages=turns).choices[0].message.content
    assert provider.requests[1].json["messages"][1] == {"role": "assistant", "content": "Four."}
