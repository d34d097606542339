"""OpenAI's own SDK as whoever uses the running service has it."""

from __future__ import annotations

import json

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from tests.support.running import Running

PINNED = "openai/gpt-4.1"
ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Write a Python function to sort a list"}]


def connected(running: Running, key: str) -> OpenAI:
    """A client that tells of the first failure instead of trying again."""
    return OpenAI(base_url=f"{running.url()}/v1", api_key=key, max_retries=0, timeout=20)


def client_key(running: Running, **limits: object) -> str:
    """The secret of a new client key."""
    admin = {"authorization": f"Bearer {running.admin_key}"}
    status, body = running.ask("PORT", "POST", "/keys", {"name": "sdk", **limits}, **admin)
    assert status == 200
    return json.loads(body)["key"]
