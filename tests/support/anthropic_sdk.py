"""Anthropic's own SDK as whoever uses the running service has it."""

from __future__ import annotations

from typing import Any

from anthropic import Anthropic
from anthropic.types import MessageParam, TextBlock, ToolParam

from tests.support.running import Running

ASKED: list[MessageParam] = [{"role": "user", "content": "Write a Python function to sort a list"}]
PIXEL = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
TOOL: ToolParam = {
    "name": "get_weather",
    "description": "Tells it.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def connected(running: Running, key: str) -> Anthropic:
    """A client that tells of the first failure instead of trying again."""
    return Anthropic(base_url=running.url(), api_key=key, max_retries=0, timeout=20)


def text_of(content: list[Any]) -> str:
    """What an answer says, as most callers read it."""
    first = content[0]
    assert isinstance(first, TextBlock)
    return first.text
