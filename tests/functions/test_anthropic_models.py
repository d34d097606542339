"""Which models a message of Anthropic's form may name, and which of them take it."""

from __future__ import annotations

import pytest
from anthropic.types import MessageTokensCount

from llm_router.lazy import Lazy
from tests.functions.test_anthropic_messages import ASKED, COUNT, TOOL, ask
from tests.support.generating import MESSAGES, Client
from tests.support.providers import FakeProvider

VERSION = {"anthropic-version": "2023-06-01"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"),
        ("anthropic/claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("openai/gpt-4.1", "openai/gpt-4.1"),
    ],
)
def test_a_model_goes_by_anthropics_own_name_with_its_date_or_without(generating: Client, name: str, meant: str):
    assert ask(generating, model=name).json["model"] == meant
    counted = generating.api.post(COUNT, {"model": name, "messages": MESSAGES})
    assert counted.status == 200
    assert MessageTokensCount.model_validate(counted.json).input_tokens > 5


def test_a_model_is_told_of_by_those_names_too_to_clients_who_may_ask_it_by_them(generating: Client):
    dated = "claude-haiku-4-5-20251001"
    for name in ("claude-haiku-4-5", dated):
        told = generating.api.send("GET", f"/v1/models/{name}", None, VERSION)
        assert told.json["id"] == "anthropic/claude-haiku-4-5"
    nothing = generating.api.send("GET", "/v1/models/claude-nothing-20251001", None, VERSION)
    assert nothing.error == "model_not_found"
    assert generating.api.get(f"/v1/models/{dated}").error == generating.chat(model=dated).error == "model_not_found"
    assert generating.api.get("/v1/models/claude-haiku-4-5").json["id"] == "anthropic/claude-haiku-4-5"


@pytest.mark.parametrize(
    ("query", "page", "more"),
    [
        ("", slice(None), False),
        ("limit=1000", slice(None), False),
        ("limit=1", slice(1), True),
        ("limit=2&after_id={second}", slice(2, 4), True),
        ("limit=999&after_id={second}", slice(2, None), False),
        ("after_id={second}", slice(2, None), False),
        ("limit=2&before_id={last}", slice(-3, -1), True),
        ("limit=2&before_id={second}", slice(1), False),
        ("limit=1&after_id={second}&before_id={last}", slice(2, 3), True),
        ("after_id={last}", slice(0), False),
        ("before_id=auto", slice(0), False),
    ],
)
def test_anthropics_clients_turn_the_pages_of_the_models(generating: Client, query: str, page: slice, more: bool):
    whole = generating.api.get(f"/v1/models?{query}").json
    names = [each["id"] for each in whole["data"]]
    assert (whole["has_more"], whole["first_id"], whole["last_id"], names[0]) == (False, "auto", names[-1], "auto")
    asked = query.format(second=names[1], last=names[-1])
    found = generating.api.send("GET", f"/v1/models?{asked}", None, VERSION).json
    assert found["data"] == whole["data"][page]
    first, last = (names[page][0], names[page][-1]) if names[page] else (None, None)
    assert (found["has_more"], found["first_id"], found["last_id"]) == (more, first, last)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e2", "limit"),
        ("after_id=claude-nothing", "after_id"),
        ("before_id=", "before_id"),
    ],
)
def test_a_page_that_cannot_be_had_is_refused(generating: Client, query: str, wrong: str):
    error = generating.api.send("GET", f"/v1/models?{query}", None, VERSION)
    assert (error.status, error.json["error"]["param"]) == (400, wrong)
    assert generating.api.get(f"/v1/models?{query}").status == 200


@pytest.mark.parametrize("model", ["anthropic/claude-haiku-4-5", "auto"])
def test_a_prompt_that_is_longer_than_windows_are_is_told_as_anthropic_does(generating: Client, model: str):
    generating.providers.default = None
    generating.providers.by_name.update(anthropic=FakeProvider(), groq=FakeProvider())
    long = [{"role": "user", "content": "word " * 200_000}] * 3
    if model == "auto":
        generating.providers.by_name.pop("anthropic")
        generating.parts.dispatcher = Lazy(generating.parts._make_dispatcher)
    error = ask(generating, model=model, messages=long).json["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "no_eligible_model")
    assert error["message"].startswith("prompt is too long: ")
    elsewhere = generating.chat(model=model, messages=long).json["error"]
    assert elsewhere["message"] == error["message"].removeprefix("prompt is too long: ")
    wanting = ask(generating, model=model, messages=MESSAGES, constraints={"min_context_tokens": 9_000_000})
    assert "too long" not in wanting.json["error"]["message"]


def test_more_tools_than_openai_takes_go_to_others(generating: Client):
    tools = [{**TOOL, "name": f"f{number}"} for number in range(129)]
    for _ in range(2):
        assert ask(generating, model="auto:best", tools=tools).json["router"]["provider"] not in ("openai", "azure")
    assert generating.api.post(COUNT, {**ASKED, "tools": tools}).json["input_tokens"] > 129
