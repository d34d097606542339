"""What makes the same or another question of a request, and what is asked while requests cannot be counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest

from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import StoreUnavailable
from llm_router.lazy import Lazy
from tests.support.generating import MESSAGES, PROMPT, Client, Holder

TWICE: Mapping[str, tuple[object, object]] = {
    "session_id": ("one", "other"),
    "user": ("alice", "bob"),
    "metadata": ({"trace": "1"}, {"trace": "2"}),
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
