"""Anthropic's own SDK against the running service."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types import TextBlock, ThinkingBlock
from pydantic import BaseModel

from tests.support.anthropic_sdk import ASKED, PIXEL, TOOL, connected, text_of
from tests.support.openai_sdk import OWN, PINNED, kept_decision
from tests.support.provider_answers import Said
from tests.support.provider_faults import Held
from tests.support.provider_server import ProviderServer
from tests.support.running import Running


class Weather(BaseModel):
    """A shape that an answer is to have."""

    city: str
    degrees: int


@pytest.fixture
def client(running: Running) -> Iterator[Anthropic]:
    with connected(running, running.admin_key) as found:
        yield found


@pytest.mark.parametrize("model", ["auto", "auto:cheap", PINNED])
def test_a_plain_message(client: Anthropic, provider: ProviderServer, model: str):
    provider.then(Said("def f(): ...", cached_tokens=4, reasoning_tokens=3, reasoning="Short will do."))
    found = client.messages.create(
        model=model,
        max_tokens=500,
        system="Be brief.",
        messages=ASKED,
        metadata={"user_id": "u"},
        extra_body={"temperature": 0.5},
    )
    assert (text_of(found.content), found.stop_reason, found.stop_sequence) == ("def f(): ...", "end_turn", None)
    assert (found.type, found.role, found.id[:4]) == ("message", "assistant", "msg_")
    usage = found.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (8, 4, 7)
    assert usage.output_tokens_details is not None
    assert usage.output_tokens_details.thinking_tokens == 3
    assert found.model == f"openai/{provider.requests[0].model}"
    router = found.to_dict()["router"]
    assert isinstance(router, dict)
    assert (router["decision_id"] is None) is (model == PINNED)
    sent = provider.requests[0].json
    assert (sent["user"], sent["max_completion_tokens"]) == ("u", 500)
    assert [(each["role"] in ("system", "developer"), each["content"]) for each in sent["messages"]] == [
        (True, "Be brief."),
        (False, "Write a Python function to sort a list"),
    ]


def test_a_system_prompt_of_blocks_with_marks_for_a_cache(client: Anthropic, provider: ProviderServer):
    client.messages.create(
        model=PINNED,
        max_tokens=50,
        system=[
            {"type": "text", "text": "You are a tool."},
            {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        ],
        messages=ASKED,
        cache_control={"type": "ephemeral"},
    )
    first = json.dumps(provider.requests[0].json["messages"][0])
    assert "You are a tool." in first
    assert "Be brief." in first
    assert "cache_control" not in first


def test_pieces_arrive_one_by_one(client: Anthropic, provider: ProviderServer):
    release = threading.Event()
    provider.then(Held(release, after=2, said=Said("one two three")))
    pieces = []
    with client.messages.stream(model=PINNED, max_tokens=50, messages=ASKED) as stream:
        for text in stream.text_stream:
            pieces.append(text)
            if "".join(pieces).strip() == "one":
                release.set()
    assert "".join(pieces) == "one two three"


def test_a_stream_ends_in_the_message_that_its_pieces_add_up_to(client: Anthropic, provider: ProviderServer):
    provider.then(Said("def f(): ...", cached_tokens=4))
    with client.messages.stream(model="auto", max_tokens=50, messages=ASKED) as stream:
        found = stream.get_final_message()
    assert (text_of(found.content), found.stop_reason) == ("def f(): ...", "end_turn")
    assert (found.usage.input_tokens, found.usage.cache_read_input_tokens, found.usage.output_tokens) == (8, 4, 7)
    assert found.to_dict()["router"]["decision_id"]  # type: ignore[index]


def test_the_models_are_listed_and_told_of_by_anthropics_names(client: Anthropic):
    page = client.models.list(limit=3)
    listed = list(page)
    assert len(page.data) == 3 < len(listed)
    assert listed[0].id == listed[0].display_name == "auto"
    found = next(each for each in listed if each.id == PINNED)
    assert found == client.models.retrieve(PINNED)
    assert (found.type, found.display_name) == ("model", "GPT-4.1")
    assert found.created_at.year >= 2025
    assert len({each.id for each in listed}) == len(listed)


def test_the_requests_id_is_where_the_sdk_reads_it(client: Anthropic):
    found = client.messages.create(model="auto", max_tokens=50, messages=ASKED)
    assert found.id == f"msg_{found._request_id}"


@pytest.mark.parametrize(
    "source",
    [
        {"type": "base64", "media_type": "image/gif", "data": PIXEL},
        {"type": "url", "url": "https://pictures.example/a.gif"},
    ],
)
def test_pictures_reach_the_provider(client: Anthropic, provider: ProviderServer, source: Any):
    content: Any = [{"type": "text", "text": "What is in this picture?"}, {"type": "image", "source": source}]
    client.messages.create(model="auto", max_tokens=50, messages=[{"role": "user", "content": content}])
    url = source.get("url") or f"data:image/gif;base64,{PIXEL}"
    assert provider.requests[0].json["messages"][0]["content"][1]["image_url"]["url"] == url


@pytest.mark.parametrize("streamed", [False, True])
def test_the_stop_that_ended_an_answer_is_told(client: Anthropic, provider: ProviderServer, streamed: bool):
    provider.then(Said("one two END three"))
    asked: dict[str, Any] = {"model": PINNED, "max_tokens": 50, "messages": ASKED, "stop_sequences": ["STOP", "END"]}
    if streamed:
        with client.messages.stream(**asked) as stream:
            found = stream.get_final_message()
    else:
        found = client.messages.create(**asked)
    assert (text_of(found.content), found.stop_reason, found.stop_sequence) == ("one two ", "stop_sequence", "END")
    assert provider.requests[0].json["stop"] == ["STOP", "END"]


def test_an_answer_that_is_cut_says_so(client: Anthropic, provider: ProviderServer):
    provider.then(Said("def f", stop="length"))
    assert client.messages.create(model=PINNED, max_tokens=20, messages=ASKED).stop_reason == "max_tokens"


def test_thoughts_are_told_to_whoever_wants_them_and_taken_back(client: Anthropic, provider: ProviderServer):
    provider.then(Said("Four.", reasoning="Two and two."), Said("Four.", reasoning="Two and two."))
    asked: dict[str, Any] = {"model": "auto", "max_tokens": 9000, "messages": ASKED}
    wanted: Any = {"type": "enabled", "budget_tokens": 4000}
    with client.messages.stream(**asked, thinking=wanted) as stream:
        found = stream.get_final_message()
    for each in (found, client.messages.create(**asked, thinking=wanted)):
        thought, said = each.content
        assert isinstance(thought, ThinkingBlock)
        assert (thought.thinking, thought.signature) == ("Two and two.", "")
        assert isinstance(said, TextBlock)
    client.messages.create(**{**asked, "messages": [*ASKED, found.to_param(), *ASKED]}, thinking={"type": "disabled"})
    assert provider.requests[2].json["messages"][1] == {"role": "assistant", "content": "Four."}


def test_an_answer_of_a_given_shape_is_parsed(client: Anthropic, provider: ProviderServer):
    provider.then(Said('{"city": "Rome", "degrees": 30}'))
    found = client.messages.parse(model="auto", max_tokens=50, messages=ASKED, output_format=Weather)
    assert found.parsed_output == Weather(city="Rome", degrees=30)
    assert list(provider.requests[0].json["response_format"]["json_schema"]["schema"]["properties"]) == [
        "city",
        "degrees",
    ]


OF_TOOLS = 530
"""What Claude is told of how tools are used."""


def test_tokens_are_counted_without_asking_anybody(client: Anthropic, provider: ProviderServer):
    few = client.messages.count_tokens(model="auto", messages=ASKED).input_tokens
    more = client.messages.count_tokens(
        model="claude-haiku-4-5", messages=ASKED, system="Be brief. " * 50, tools=[TOOL]
    ).input_tokens
    assert 8 <= few <= 25
    assert 150 <= more - few - OF_TOOLS <= 300
    assert provider.requests == []


def test_what_is_the_routers_own_goes_as_extra_body(client: Anthropic, running: Running, provider: ProviderServer):
    raw = client.messages.with_raw_response.create(model="auto", max_tokens=500, messages=ASKED, extra_body=OWN)
    (sent,) = provider.requests
    assert sent.json["max_completion_tokens"] == 77
    decision = kept_decision(running, raw.headers["x-decision-id"])
    assert decision["preference"] == 0.9
    assert PINNED in [row["id"] for row in decision["excluded"]]
    assert raw.headers["x-model-used"] == raw.parse().model


def test_the_async_client_is_answered_too(running: Running, provider: ProviderServer):
    provider.then(Said("One."), Said("Two."))

    async def asked() -> tuple[str, str]:
        async with AsyncAnthropic(base_url=running.url(), api_key=running.admin_key, max_retries=0) as client:
            whole = await client.messages.create(model="auto", max_tokens=50, messages=ASKED)
            async with client.messages.stream(model="auto", max_tokens=50, messages=ASKED) as stream:
                return text_of(whole.content), await stream.get_final_text()

    assert asyncio.run(asked()) == ("One.", "Two.")
