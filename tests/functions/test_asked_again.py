"""Requests that are sent again: what makes the same question of two, idempotency keys, and what is asked while requests
cannot be counted."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

import pytest

from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import StoreUnavailable
from llm_router.generation.idempotency import Once
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.lazy import Lazy
from tests.support.generating import MESSAGES, PROMPT, Client, Holder
from tests.support.providers import FakeProvider

TWICE: Mapping[str, tuple[object, object]] = {
    "session_id": ("one", "other"),
    "user": ("alice", "bob"),
    "metadata": ({"trace": "1"}, {"trace": "2"}),
    "safety_identifier": ("alice", "bob"),
    "prompt_cache_key": ("one", "other"),
    "store": (True, None),
    "prompt_cache_retention": ("24h", None),
    "cache": ({"ttl_s": 60}, {"ttl_s": 90}),
    "stream": (False, None),
}
OTHERS: Mapping[str, tuple[object, object]] = {"temperature": (0.1, 0.2), "max_tokens": (10, 20), "seed": (1, 2)}


@pytest.mark.parametrize(("name", "again"), [(name, True) for name in TWICE] + [(name, False) for name in OTHERS])
def test_who_asks_and_for_what_purpose_makes_no_other_question(generating: Client, name: str, again: bool):
    first, second = {**TWICE, **OTHERS}[name]
    found = [
        generating.chat(**{"cache": {"ttl_s": 60}, name: value}).json["router"]["cached"] for value in (first, second)
    ]
    assert found == [False, again]


def test_a_session_makes_no_other_question_of_a_prompt(generating: Client):
    found = [generating.route(cache={"ttl_s": 60}, session_id=each).json["answer_cached"] for each in ("one", "other")]
    assert found == [False, True]


def test_the_response_cache_is_asked_only_when_the_request_asks_for_it(generating: Client):
    plain = [generating.chat().json["router"]["cached"] for _ in range(2)]
    asking = [generating.chat(cache={"ttl_s": 60}).json for _ in range(2)]
    assert plain == [False, False]
    assert [found["router"]["cached"] for found in asking] == [False, True]
    assert asking[1]["choices"] == asking[0]["choices"]
    assert asking[1]["router"]["cost_usd"] == 0
    assert generating.chat(cache={"ttl_s": 60}, temperature=0.1).json["router"]["cached"] is False
    assert len(generating.asked) == 4


def test_the_same_key_sent_twice_is_done_once(generating: Client):
    body = {"prompt": PROMPT, "mode": "generate"}
    once = generating.api.send("POST", "/route", body, {"idempotency-key": "a"})
    again = generating.api.send("POST", "/route", body, {"idempotency-key": "a"})
    assert again.body == once.body
    assert again.headers["idempotent-replayed"] == "true"
    assert len(generating.asked) == 1
    other = generating.api.send("POST", "/route", {**body, "preference": 1.0}, {"idempotency-key": "a"})
    assert (other.status, other.error) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("path", "body", "before"),
    [
        ("/route", {"prompt": PROMPT, "mode": "generate"}, ""),
        ("/v1/chat/completions", {"model": "auto", "messages": MESSAGES, "max_tokens": 9}, ""),
        ("/v1/responses", {"model": "auto", "input": PROMPT}, ""),
        ("/v1/messages", {"model": "auto", "messages": MESSAGES, "max_tokens": 9}, "/v1/messages\0"),
    ],
)
def test_a_key_is_held_with_the_body_and_of_a_message_with_its_route(
    generating: Client, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, object], before: str
):
    held: list[bytes] = []
    run = Once.run

    async def watched(self: Once, tenant: str, key: str, asked: bytes, work: Callable[[], Awaitable[bytes]]) -> bytes:
        held.append(asked)
        return await run(self, tenant, key, asked, work)

    monkeypatch.setattr(Once, "run", watched)
    raw = json.dumps(body).encode()
    assert generating.api.send("POST", path, raw, {"idempotency-key": path}).status == 200
    assert held == [before.encode() + raw]


def test_a_recommendation_is_made_anew_whatever_its_idempotency_key(generating: Client):
    replies = [
        generating.api.send("POST", "/route", {"prompt": PROMPT, "preference": each}, {"idempotency-key": "a"})
        for each in (0.0, 1.0)
    ]
    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].json["decision_id"] != replies[1].json["decision_id"]


def test_a_request_that_failed_may_be_sent_again_with_its_key(generating: Client):
    body = {"prompt": PROMPT, "mode": "generate"}
    generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.BAD_REQUEST, status=400))
    assert generating.api.send("POST", "/route", body, {"idempotency-key": "b"}).status == 422
    generating.providers.default = FakeProvider()
    assert generating.api.send("POST", "/route", body, {"idempotency-key": "b"}).status == 200


def test_every_answer_to_an_idempotency_key_has_its_headers(generating: Client):
    body = {"model": "auto", "messages": [{"role": "user", "content": PROMPT}]}
    for _ in range(2):
        reply = generating.api.send("POST", "/v1/chat/completions", body, {"idempotency-key": "headers"})
        assert reply.headers["x-model-used"] == reply.json["model"]
        assert reply.headers["x-decision-id"] == reply.json["router"]["decision_id"]
    assert reply.headers["idempotent-replayed"] == "true"


def test_one_idempotency_key_of_two_callers_names_two_requests(generating: Client):
    one, other = Holder(generating), Holder(generating)
    body = {"prompt": PROMPT, "mode": "generate"}
    replies = [
        generating.api.send("POST", "/route", body, {"x-api-key": holder.secret, "idempotency-key": "a"})
        for holder in (one, other, one)
    ]
    assert [reply.status for reply in replies] == [200, 200, 200]
    assert ["idempotent-replayed" in reply.headers for reply in replies] == [False, False, True]
    assert replies[2].body == replies[0].body != replies[1].body


class Uncounted:
    """Budgets whose store is away."""

    def admit(self, _key: ClientKey) -> None:
        raise StoreUnavailable("away")


CHAT = {"model": "auto", "messages": MESSAGES}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/models", None, 200),
        ("GET", "/v1/models/auto", None, 200),
        ("POST", "/route", {"prompt": PROMPT}, 200),
        ("POST", "/route", {"prompt": PROMPT, "mode": "generate"}, 503),
        ("POST", "/v1/chat/completions", CHAT, 503),
        ("POST", "/v1/chat/completions", {**CHAT, "stream": True}, 503),
    ],
)
def test_while_requests_cannot_be_counted_only_those_that_spend_are_refused(
    generating: Client, method: str, path: str, body: object, status: int
):
    holder = Holder(generating, requests_per_minute=5)
    generating.parts.budgets = Lazy(lambda: cast(Budgets, Uncounted()))
    reply = generating.api.send(method, path, body, {"x-api-key": holder.secret})
    assert reply.status == status
    assert status == 200 or reply.error == "store_unavailable"
