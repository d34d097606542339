"""OpenAI's own SDK as whoever uses the running service has it."""

from __future__ import annotations

import json
from typing import Any

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from tests.support.running import Running

PINNED = "openai/gpt-4.1"
ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Write a Python function to sort a list"}]
OWN = {"constraints": {"exclude_models": [PINNED], "max_tokens": 77}, "preference": 0.9, "session_id": "sdk"}
"""What only the router knows, and SDKs send as `extra_body`."""


def connected(running: Running, key: str) -> OpenAI:
    """A client that tells of the first failure instead of trying again."""
    return OpenAI(base_url=f"{running.url()}/v1", api_key=key, max_retries=0, timeout=20)


def client_key(running: Running, **limits: object) -> str:
    """The secret of a new client key."""
    admin = {"authorization": f"Bearer {running.admin_key}"}
    status, body = running.ask("PORT", "POST", "/keys", {"name": "sdk", **limits}, **admin)
    assert status == 200
    return json.loads(body)["key"]


def kept_decision(running: Running, decision_id: str) -> dict[str, Any]:
    """What the operator is told of a past decision."""
    admin = {"authorization": f"Bearer {running.admin_key}"}
    _, kept = running.ask("PORT", "GET", f"/decisions/{decision_id}", **admin)
    return json.loads(kept)
