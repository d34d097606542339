"""OpenAI's own SDK with its newer protocol, responses, against the running service."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.responses import ResponseInputParam, ResponseReasoningItem
from pydantic import BaseModel

from tests.support.openai_sdk import OWN, PINNED, connected, kept_decision
from tests.support.provider_answers import Call, Said
from tests.support.provider_faults import Held, Raw
from tests.support.provider_server import ProviderServer
from tests.support.running import Running

PROMPT = "Write a Python function to sort a list"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
CALLED = Said("", calls=(Call(arguments={"city": "Rome", "degrees": 30}),))


class Weather(BaseModel):
    """A shape that an answer is to have."""

    city: str
    degrees: int


TOOL = openai.pydantic_function_tool(Weather, name="get_weather")["function"]
FLAT: Any = {"type": "function", **TOOL}


@pytest.fixture
def client(running: Running) -> Iterator[OpenAI]:
    with connected(running, running.admin_key) as found:
        yield found


@pytest.mark.parametrize("model", ["auto", "auto:cheap", PINNED])
def test_a_plain_response(client: OpenAI, provider: ProviderServer, model: str):
    provider.then(Said("def f(): ...", cached_tokens=4, reasoning_tokens=3))
    found = client.responses.create(model=model, input=PROMPT, instructions="Be brief.", metadata={"a": "b"})
    assert (found.output_text, found.status, found.object) == ("def f(): ...", "completed", "response")
    assert found.id.startswith("resp_")
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens, found.usage.total_tokens) == (12, 7, 19)
    assert found.usage.input_tokens_details.cached_tokens == 4
    assert found.usage.output_tokens_details.reasoning_tokens == 3
    assert (found.instructions, found.metadata, found.to_dict()["store"]) == ("Be brief.", {"a": "b"}, False)
    assert found.model == f"openai/{provider.requests[0].model}"
    router = found.to_dict()["router"]
    assert isinstance(router, dict)
    assert (router["decision_id"] is None) is (model == PINNED)
    assert [each["role"] for each in provider.requests[0].json["messages"]] in (
        ["system", "user"],
        ["developer", "user"],
    )


def test_pieces_arrive_one_by_one(client: OpenAI, provider: ProviderServer):
    release = threading.Event()
    provider.then(Held(release, after=2, said=Said("one two three")))
    pieces = []
    with client.responses.create(model=PINNED, input=PROMPT, stream=True) as events:
        for event in events:
            if event.type == "response.output_text.delta":
                pieces.append(event.delta)
            if "".join(pieces).strip() == "one":
                release.set()
    assert "".join(pieces) == "one two three"


def test_a_stream_ends_in_the_response_that_its_pieces_add_up_to(client: OpenAI, provider: ProviderServer):
    provider.then(Said("def f(): ...", reasoning="Short will do."))
    with client.responses.stream(model="auto", input=PROMPT) as events:
        kinds = [event.type for event in events]
        found = events.get_final_response()
    assert (kinds[0], kinds[-1], found.status) == ("response.created", "response.completed", "completed")
    assert found.output_text == "def f(): ..."
    assert [item.type for item in found.output] == ["reasoning", "message"]
    assert found.usage is not None
    assert found.usage.total_tokens == 19
    router = found.to_dict()["router"]
    assert isinstance(router, dict)
    assert router["cost_usd"] > 0


def test_a_function_is_called_and_its_result_goes_back(client: OpenAI, provider: ProviderServer):
    provider.then(CALLED, Said("Sunny."))
    first = client.responses.parse(model="auto", input=PROMPT, tools=[FLAT], tool_choice="required")
    (call,) = first.output
    assert call.type == "function_call"
    assert call.parsed_arguments == {"city": "Rome", "degrees": 30}
    turns: list[Any] = [{"role": "user", "content": PROMPT}, *first.output]
    turns.append({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"})
    second = client.responses.create(model="auto", input=turns, tools=[FLAT])
    assert second.output_text == "Sunny."
    asked, answered = provider.requests
    assert asked.json["tools"][0]["function"]["parameters"]["properties"].keys() == {"city", "degrees"}
    assert asked.json["tool_choice"] == "required"
    assert [message["role"] for message in answered.json["messages"]] == ["user", "assistant", "tool"]
    assert answered.json["messages"][1]["tool_calls"][0]["id"] == answered.json["messages"][2]["tool_call_id"]


def test_a_call_for_which_its_speaker_gives_nothing_is_parsed(client: OpenAI, provider: ProviderServer):
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "get_weather", "arguments": ""}}
    whole = {"choices": [{"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    lines = [json.dumps({"choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}), "[DONE]"]
    events = "".join(f"data: {line}\n\n" for line in lines)
    provider.then(
        Raw(200, json.dumps(whole).encode()), Raw(200, events.encode(), {"content-type": "text/event-stream"})
    )
    flat = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
    asked: dict[str, Any] = {"model": PINNED, "input": PROMPT, "tools": [{**flat, "strict": True, "async": False}]}
    found = client.responses.parse(**asked)
    with client.responses.stream(**asked) as streamed:
        again = streamed.get_final_response()
    for (made,) in (found.output, again.output):
        assert made.type == "function_call"
        assert (made.arguments, made.parsed_arguments) == ("{}", {})


def test_streamed_calls_are_put_together(client: OpenAI, provider: ProviderServer):
    provider.then(Said("", calls=(Call(id="a"), Call(id="b", arguments={"city": "Rome"}))))
    with client.responses.stream(model="auto", input=PROMPT, tools=[FLAT]) as events:
        done = [event for event in events if event.type == "response.function_call_arguments.done"]
        found = events.get_final_response()
    assert [json.loads(event.arguments)["city"] for event in done] == ["Paris", "Rome"]
    assert [(item.type, getattr(item, "call_id", None)) for item in found.output] == [
        ("function_call", "a"),
        ("function_call", "b"),
    ]


def test_an_answer_of_a_given_shape_is_parsed(client: OpenAI, provider: ProviderServer):
    said = Said('{"city": "Rome", "degrees": 30}')
    provider.then(said, said)
    found = client.responses.parse(model="auto", input=PROMPT, text_format=Weather)
    assert found.output_parsed == Weather(city="Rome", degrees=30)
    wanted = provider.requests[0].json["response_format"]["json_schema"]
    assert wanted["strict"] is True
    assert list(wanted["schema"]["properties"]) == ["city", "degrees"]
    with client.responses.stream(model="auto", input=PROMPT, text_format=Weather) as events:
        assert events.get_final_response().output_parsed == Weather(city="Rome", degrees=30)


def test_pictures_reach_the_provider(client: OpenAI, provider: ProviderServer):
    asked: ResponseInputParam = [
        {"role": "user", "content": [
            {"type": "input_text", "text": "What is in this picture?"},
            {"type": "input_image", "image_url": PIXEL, "detail": "low"},
        ]}
    ]  # fmt: skip
    assert client.responses.create(model="auto", input=asked).output_text
    assert provider.requests[0].json["messages"][0]["content"][1]["image_url"] == {"url": PIXEL, "detail": "low"}


def test_what_a_response_holds_may_be_sent_back_with_the_next_turn(client: OpenAI, provider: ProviderServer):
    provider.then(Said("Four.", reasoning="Two and two."))
    first = client.responses.create(model="auto", input=PROMPT)
    thought = first.output[0]
    assert isinstance(thought, ResponseReasoningItem)
    assert [part.text for part in thought.summary] == ["Two and two."]
    turns: list[Any] = [{"role": "user", "content": PROMPT}, *first.output, {"role": "user", "content": PROMPT}]
    assert client.responses.create(model="auto", input=turns).output_text
    assert provider.requests[1].json["messages"][1] == {"role": "assistant", "content": "Four."}


def test_an_answer_that_is_cut_is_incomplete(client: OpenAI, provider: ProviderServer):
    cut = Said("def f", stop="length")
    provider.then(cut, cut)
    found = client.responses.create(model=PINNED, input=PROMPT, max_output_tokens=20)
    assert (found.status, found.output_text) == ("incomplete", "def f")
    assert found.incomplete_details is not None
    assert found.incomplete_details.reason == "max_output_tokens"
    assert provider.requests[0].json["max_completion_tokens"] == 20
    *_, last = client.responses.create(model=PINNED, input=PROMPT, max_output_tokens=20, stream=True)
    assert last.type == "response.incomplete"
    assert last.response.output[-1].to_dict()["status"] == "incomplete"


def test_what_is_the_routers_own_goes_as_extra_body(client: OpenAI, running: Running, provider: ProviderServer):
    raw = client.responses.with_raw_response.create(model="auto", input=PROMPT, extra_body=OWN)
    (sent,) = provider.requests
    assert sent.json["max_completion_tokens"] == 77
    decision = kept_decision(running, raw.headers["x-decision-id"])
    assert decision["preference"] == 0.9
    assert PINNED in [row["id"] for row in decision["excluded"]]
    assert raw.headers["x-model-used"] == raw.parse().model


def test_the_async_client_is_answered_too(running: Running, provider: ProviderServer):
    provider.then(Said("One."), Said("Two."))

    async def asked() -> tuple[str, str]:
        async with AsyncOpenAI(base_url=f"{running.url()}/v1", api_key=running.admin_key, max_retries=0) as client:
            whole = await client.responses.create(model="auto", input=PROMPT)
            async with client.responses.stream(model="auto", input=PROMPT) as events:
                return whole.output_text, (await events.get_final_response()).output_text

    assert asyncio.run(asked()) == ("One.", "Two.")
