"""What a provider's protocol has no form for is put to others, as long as there are any, and else refused with why."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers import taking
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.generating import Client
from tests.support.providers import FakeProvider

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


def test_where_the_others_rest_they_are_waited_for(generating: Client):
    generating.providers.by_name["openai"] = FakeProvider(fails=ProviderFailed(Failure.REFUSED, status=401))
    assert generating.chat(**asked(ADDRESS, "bedrock", "openai")).status == 502
    assert generating.chat(**asked(ADDRESS, "bedrock", "openai")).status == 503
    assert generating.asked == []
