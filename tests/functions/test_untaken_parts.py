"""What a provider's protocol has no form for is put to others, as long as there are any, and else refused with why."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers import taking
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.generating import Client
from tests.support.providers import FakeProvider
from tests.support.service import Reply

ADDRESS = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
BY_ID = {"type": "file", "file": {"file_id": "file-1"}}


def asked(part: object, *providers: str) -> dict[str, object]:
    said = [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, part]}]
    return {"messages": said, "constraints": {"providers": providers}}


@pytest.mark.parametrize(
    ("part", "without", "why"),
    [(ADDRESS, "bedrock", taking.PICTURE_BY_ADDRESS), (BY_ID, "google", taking.FILE_BY_ID)],
)
def test_the_router_s_choice_is_among_the_others(generating: Client, part: object, without: str, why: str):
    generating.providers.by_name[without] = FakeProvider(fails=ProviderFailed(Failure.BAD_REQUEST, why=why))
    for model in ("auto:cheap", "auto:best"):
        reply = generating.chat(model=model, **asked(part, without, "openai"))
        assert (reply.status, reply.json["router"]["provider"]) == (200, "openai")
    assert generating.providers.by_name[without].asked == []


def test_where_no_others_are_left_why_is_told(generating: Client):
    generating.providers.by_name["bedrock"] = FakeProvider(
        fails=ProviderFailed(Failure.BAD_REQUEST, why=taking.PICTURE_BY_ADDRESS)
    )
    reply = generating.chat(**asked(ADDRESS, "bedrock"))
    assert (reply.status, reply.json["error"]["code"]) == (400, "request_not_accepted")
    assert taking.PICTURE_BY_ADDRESS in reply.json["error"]["message"]


def test_where_only_money_keeps_the_others_away_nobody_else_is_asked_and_what_would_do_is_told(generating: Client):
    def asks(limit: float) -> Reply:
        said = asked(ADDRESS)["messages"]
        limits = {"providers": ["bedrock", "google"], "max_cost_usd": limit}
        return generating.api.post("/route", {"messages": said, "mode": "generate", "constraints": limits})

    refused = asks(1e-4)
    assert (refused.status, refused.error) == (422, "no_eligible_model")
    assert generating.asked == []
    (field,) = refused.json["error"]["fields"]
    reply = asks(float(field["problem"].rpartition(" ")[2]))
    assert (reply.status, reply.json["model_used"]["provider"]) == (200, "google")


def test_where_all_that_is_listed_cannot_take_it_what_is_told_would_do(generating: Client):
    def asks(**limits: object) -> Reply:
        body = {"messages": asked(ADDRESS)["messages"], "mode": "generate", "constraints": limits}
        return generating.api.post("/route", body)

    refused = asks(max_cost_usd=1e-5, providers=["bedrock"])
    assert (refused.status, refused.error) == (422, "no_eligible_model")
    told = {each["path"]: each["problem"].rpartition(": ")[2] for each in refused.json["error"]["fields"]}
    assert set(told) == {"constraints.providers", "constraints.max_cost_usd"}
    enough, others = float(told["constraints.max_cost_usd"]), ["bedrock", told["constraints.providers"][4:]]
    assert asks(max_cost_usd=enough, providers=others).status == 200
    assert len(generating.asked) == 1


def test_where_the_others_rest_they_are_waited_for(generating: Client):
    generating.providers.by_name["openai"] = FakeProvider(fails=ProviderFailed(Failure.REFUSED, status=401))
    assert generating.chat(**asked(ADDRESS, "bedrock", "openai")).status == 502
    assert generating.chat(**asked(ADDRESS, "bedrock", "openai")).status == 503
    assert generating.asked == []
