"""Calls of tools as Anthropic's and Bedrock's models make them, those of the tool that gives JSON its shape among them.

What the first call of that tool is given is the answer's text; the caller hears of no call of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from llm_router.generation.chat import ChatChunk, StopReason, ToolCall, ToolCallDelta
from llm_router.generation.provider import Failure, ProviderFailed


def made(id_: str, name: str, given: JsonValue) -> ToolCall:
    """A whole call; one that was given nothing has an empty object."""
    return ToolCall(id_, name, json.dumps(given or {}, ensure_ascii=False))


def told_apart(calls: Iterable[ToolCall], json_tool: str | None) -> tuple[str | None, tuple[ToolCall, ...]]:
    """The text that a whole answer's calls give, if `json_tool` was called, and the calls of other tools."""
    shaped, others = [], []
    for call in calls:
        if call.name == json_tool:
            shaped.append(call.arguments)
        else:
            others.append(call)
    return (shaped[0] if shaped else None), tuple(others)


def stop_of(found: StopReason, json_tool: str | None, *, called: bool) -> StopReason:
    """Where no tool but the one that gives JSON its shape can have been called, it is an end like any other."""
    return StopReason.STOP if found is StopReason.TOOL_CALLS and json_tool is not None and not called else found


@dataclass(slots=True)
class ToolBlocks:
    """The calls of a stream. Its protocol numbers blocks through, of text too; calls get numbers of their own."""

    json_tool: str | None = None
    _calls: dict[int, int] = field(default_factory=dict)
    _silent: set[int] = field(default_factory=set)
    """Blocks of calls that have had no arguments so far; one that ends so has none, which in JSON is `{}`."""
    _shaped: list[int] = field(default_factory=list)
    """Blocks of calls of `json_tool`."""

    def begun(self, block: int, id_: str, name: str) -> Iterator[ChatChunk]:
        """A call begins in this block."""
        self._silent.add(block)
        if name == self.json_tool:
            self._shaped.append(block)
            return
        number = self._calls[block] = len(self._calls)
        yield ChatChunk(tool_calls=(ToolCallDelta(number, id_, name),))

    def given(self, block: int, arguments: str) -> Iterator[ChatChunk]:
        """A piece of what the block's call is given. Raises `ProviderFailed` for a block that is no call."""
        self._silent.discard(block)
        if block in self._calls:
            yield ChatChunk(tool_calls=(ToolCallDelta(self._calls[block], arguments=arguments),))
        elif block not in self._shaped:
            raise ProviderFailed(Failure.GARBAGE)
        elif block == self._shaped[0]:
            yield ChatChunk(text=arguments)

    def ended(self, block: int) -> Iterator[ChatChunk]:
        """The block ends, a call or not."""
        if block in self._silent:
            yield from self.given(block, "{}")

    def stop(self, found: StopReason) -> StopReason:
        """Why the stream stopped, by what was called."""
        return stop_of(found, self.json_tool, called=bool(self._calls))
