"""A provider for trying the router out without any key: it answers here, at once, and says that it is a demo."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from llm_router.adapters.providers.conversation import json_object
from llm_router.generation.chat import (
    ChatAnswer,
    ChatChunk,
    ChatRequest,
    StopReason,
    ToolCall,
    ToolCallDelta,
)
from llm_router.json_values import Json

CHARACTERS_PER_TOKEN = 4
MAX_DEPTH = 8
_EXAMPLES: dict[str, Json] = {"string": "demo", "integer": 1, "number": 1.0, "boolean": True, "array": [], "null": None}


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """A `Provider` that stands in for one that is not configured. It never fails, sends nothing anywhere and counts no
    tokens: what the router itself takes them to be is booked, so that no demo costs more than it may."""

    provider: str

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        return self._answer(model, request)

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        answer = self._answer(model, request)
        for word in _words(answer.text):
            yield ChatChunk(text=word)
        for index, call in enumerate(answer.tool_calls):
            yield ChatChunk(tool_calls=(ToolCallDelta(index, call.id, call.name, call.arguments),))
        yield ChatChunk(stop=answer.stop)

    def _answer(self, model: str, request: ChatRequest) -> ChatAnswer:
        calls = _calls(request)
        text = "" if calls else self._text(model, request)
        stop = StopReason.TOOL_CALLS if calls else StopReason.STOP
        room = request.max_tokens
        if room is not None and len(text) > room * CHARACTERS_PER_TOKEN:
            text, stop = text[: room * CHARACTERS_PER_TOKEN], StopReason.LENGTH
        return ChatAnswer(text, stop, calls)

    def _text(self, model: str, request: ChatRequest) -> str:
        said = (
            f"This is a demo answer, written by the router itself and by no model. {model} of {self.provider} would "
            f"have answered here, but {self.provider} is not configured. Set its key and restart to get real answers."
        )
        if request.json_format is None:
            return said
        schema = json_object(request.json_format.schema)
        return json.dumps(_example(schema) if schema else {"demo": said})


def _calls(request: ChatRequest) -> tuple[ToolCall, ...]:
    """A call of the tool that is asked for, or of the first one, where one must be called."""
    choice = request.tool_choice
    if not request.tools or choice is None or not choice.forces:
        return ()
    tool = next((tool for tool in request.tools if tool.name == choice.name), request.tools[0])
    arguments = json.dumps(_example(json_object(tool.parameters)) or {})
    return (ToolCall(f"call_demo_{len(request.messages)}", tool.name, arguments),)


def _example(schema: Json, depth: int = 0) -> Json:
    """A value of the shape that a JSON schema describes, as far as types, choices and required fields go."""
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        return None
    if "const" in schema:
        return schema["const"]
    choices = schema.get("enum")
    if isinstance(choices, Sequence) and choices:
        return choices[0]
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, Sequence) and options:
        return _example(options[0], depth + 1)
    kind = schema.get("type")
    if isinstance(kind, Sequence) and not isinstance(kind, str) and kind:
        kind = kind[0]
    if kind != "object" and "properties" not in schema:
        return _EXAMPLES.get(kind) if isinstance(kind, str) else None
    fields = schema.get("properties")
    return {name: _example(each, depth + 1) for name, each in fields.items()} if isinstance(fields, Mapping) else {}


def _words(text: str) -> list[str]:
    pieces = text.split(" ")
    return [piece + " " for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]
