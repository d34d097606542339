"""A chat request in the form of Anthropic's Messages."""

from __future__ import annotations

import re

from llm_router.adapters.providers import json_tool, media
from llm_router.adapters.providers.claude_thinking import DEFAULT_MAX_TOKENS, Wish, wish
from llm_router.adapters.providers.conversation import (
    arguments_of,
    blank,
    call_id,
    description_of,
    ordered_blocks,
    parameters,
    stops_of,
    system_of,
    tools_called,
    turns,
    unforced,
)
from llm_router.adapters.providers.strict_tools import closed, strict_names
from llm_router.adapters.providers.taking import untaken
from llm_router.adapters.providers.traits import traits_of
from llm_router.generation.chat import (
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    Part,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
    ToolMode,
)
from llm_router.json_values import Json

_ID = re.compile(r"[a-zA-Z0-9_-]+")


def body(model: str, request: ChatRequest, *, stream: bool, eager: bool = False) -> dict[str, Json]:
    """What is posted to `/v1/messages`. Seeds, penalties and the wish for no more than one answer are not known there.

    Of temperature and top_p only the first is sent, since newer models refuse both together, and neither where the
    model is told to think. A stream that is `eager` tells what a tool is given as it is written, and not each value
    once it is whole.
    """
    traits, wanted = traits_of(model), wish(model, request)
    given: dict[str, Json] = {
        "model": model,
        "max_tokens": request.max_tokens or DEFAULT_MAX_TOKENS,
        "messages": [
            {"role": role.value, "content": ordered_blocks(messages, _result, _block, _call)}
            for role, messages in turns(request, prefill=traits.prefill)
        ],
        "system": system_of(request, schema_is_said=_schema_is_said(model, request)) or None,
        "stop_sequences": stops_of(request),
        "stream": stream or None,
        "thinking": wanted.thinking,
        "cache_control": {"type": "ephemeral"} if request.kept else None,
    }
    if traits.sampling and not wanted.thinks:
        if request.temperature is not None:
            given["temperature"] = min(request.temperature, 1.0)
        else:
            given["top_p"] = request.top_p
    if output := _output(model, request, wanted):
        given["output_config"] = output
    tools, choice = unforced(request)
    if traits.forced_tools:
        tools, choice = json_tool.tools_of(request)
    if not tools:
        tools, choice = tools_called(request), ToolChoice(ToolMode.NONE)
    if tools:
        strict = strict_names(model, tools)
        given["tools"] = [_tool(tool, eager=stream and eager, strict=tool.name in strict) for tool in tools]
        given["tool_choice"] = _choice(choice, one_at_a_time=request.parallel_tool_calls is False)
    return {name: value for name, value in given.items() if value is not None}


def _output(model: str, request: ChatRequest, wanted: Wish) -> dict[str, Json]:
    """How hard to try, and the shape of the answer where no tool can be forced to give it."""
    given: dict[str, Json] = {} if wanted.effort is None else {"effort": wanted.effort}
    if (schema := _shape(request)) is not None and not traits_of(model).forced_tools and closed(schema):
        given["format"] = {"type": "json_schema", "schema": schema}
    return given


def _shape(request: ChatRequest) -> dict[str, Json] | None:
    tool = json_tool.forced(request)
    return None if tool is None else parameters(tool.parameters)


def _schema_is_said(model: str, request: ChatRequest) -> bool:
    """Where no tool can be forced, the setting takes closed shapes alone."""
    schema = _shape(request)
    open_shape = schema is not None and not traits_of(model).forced_tools and not closed(schema)
    return open_shape or json_tool.schema_is_said(request)


def _tool(tool: Tool, *, eager: bool, strict: bool) -> Json:
    """A tool that is `strict` is not `eager`: what has to be of its shape is not told before it is."""
    told: dict[str, Json] = {"strict": True} if strict else {"eager_input_streaming": True} if eager else {}
    return {"name": tool.name, **description_of(tool), "input_schema": parameters(tool.parameters), **told}


def _choice(choice: ToolChoice | None, *, one_at_a_time: bool) -> Json:
    kind: dict[str, Json] = {"type": "auto"}
    if choice is not None and choice.name is not None:
        kind = {"type": "tool", "name": choice.name}
    elif choice is not None:
        kind = {"type": {ToolMode.AUTO: "auto", ToolMode.REQUIRED: "any", ToolMode.NONE: "none"}[choice.mode]}
    if one_at_a_time and kind["type"] != "none":
        kind["disable_parallel_tool_use"] = True
    return kind


def _call(call: ToolCall) -> Json:
    return {"type": "tool_use", "id": call_id(call.id, _ID), "name": call.name, "input": arguments_of(call)}


def _result(message: ChatMessage) -> Json:
    blocks = [_block(part) for part in message.parts if not blank(part)]
    return {"type": "tool_result", "tool_use_id": call_id(message.tool_call_id or "", _ID), "content": blocks}


def _block(part: Part) -> Json:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    if isinstance(part, ImagePart):
        if (held := media.inline(part.url)) is None:
            return {"type": "image", "source": {"type": "url", "url": part.url}}
        return {"type": "image", "source": _source(held)}
    if isinstance(part, FilePart) and (document := _document(part)) is not None:
        return document
    raise untaken("anthropic", part)


def _source(held: media.Media) -> Json:
    return {"type": "base64", "media_type": held.kind, "data": held.data}


def _document(part: FilePart) -> Json:
    """The block of a file; None for one of another kind, or that only an id names. What is at an address is a PDF to
    Claude."""
    if part.data is None:
        return None
    title: dict[str, Json] = {"title": part.filename} if part.filename else {}
    if (held := media.inline(part.data)) is None:
        return {"type": "document", "source": {"type": "url", "url": part.data}, **title}
    if held.kind == "application/pdf":
        return {"type": "document", "source": _source(held), **title}
    if held.kind.startswith("image/"):
        return {"type": "image", "source": _source(held)}
    if held.kind.startswith("text/") or held.kind == "application/json":
        text = held.content.decode("utf-8", "replace")
        return {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": text}, **title}
    return None
