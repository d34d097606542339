"""A chat request in OpenAI's form, with what its many speakers do differently as data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from llm_router.adapters.providers.conversation import (
    call_id,
    digest,
    json_object,
    named_in_text,
    parameters,
    text_of,
    unforced,
    wish,
)
from llm_router.generation.chat import (
    AudioPart,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    JsonFormat,
    Part,
    Role,
    TextPart,
    Tool,
    ToolChoice,
)
from llm_router.json_values import Json

_OWN = frozenset({"verbosity", "logit_bias"})
"""Fields that a speaker takes only if it says so."""
_SAMPLING = frozenset({"temperature", "top_p"})
_ID = re.compile(r".{0,40}", re.DOTALL)
"""Ids of calls as OpenAI takes them; servers that copy its form make longer ones."""
_SHORT_ID = re.compile(r"[A-Za-z0-9]{9}")
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
_EFFORTS: tuple[Effort, ...] = get_args(Effort)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """How a speaker departs from OpenAI's form: fields it calls otherwise, does not know, or knows for some models.

    `only_for` names a field and a regular expression that is searched in the model's name, `never_for` such expressions
    and the fields that those models refuse; `efforts` such expressions and the reasoning efforts that those models
    take; `effort_with_tools` such expressions and the only one that those models take beside tools, blank for none at
    all; `sampling_without_effort` an expression for models that take no sampling beside an effort. Where
    `short_call_ids`, ids of tool calls are nine letters and digits; without `names`, users have none; without
    `forces_tools`, no model can be made to call one. Where `sends_reasoning`, what the assistant thought is sent back,
    and stands with all its calls, be it empty. `extras` are those fields of OpenAI's own that it takes as well.
    """

    rename: dict[str, str] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()
    only_for: dict[str, str] = field(default_factory=dict)
    never_for: dict[str, list[str]] = field(default_factory=dict)
    json_schema: bool = True
    short_call_ids: bool = False
    names: bool = True
    efforts: dict[str, frozenset[Effort]] = field(default_factory=dict)
    effort_with_tools: dict[str, str] = field(default_factory=dict)
    sampling_without_effort: str | None = None
    sends_reasoning: bool = False
    forces_tools: bool = True
    extras: frozenset[str] = frozenset()

    def applied(self, model: str, body: dict[str, Json]) -> dict[str, Json]:
        """The body as this speaker takes it for this model."""
        refused = _SAMPLING if self._thinks_instead(model, body) else frozenset()
        taken = {name: value for name, value in body.items() if name not in refused and self._takes(model, name)}
        return {self.rename.get(name, name): value for name, value in taken.items()}

    def effort(self, model: str, request: ChatRequest) -> str | None:
        """The reasoning effort to ask this model for: of those that it takes the nearest, and of two as near the lower.

        The first expression that is found in its name counts.
        """
        if request.tools:
            for models, effort in self.effort_with_tools.items():
                if re.search(models, model):
                    return effort or None
        wanted, taken = request.reasoning_effort, self._efforts_of(model)
        return wanted if wanted is None or taken is None else _nearest(wanted, taken)

    def thinks(self, model: str, request: ChatRequest) -> bool | None:
        """Whether the effort that is sent makes this model think, or keeps it from that; None where it does as it would
        anyway: the least efforts make nobody think, and only of who is known to take none is it sure that none is."""
        sent = self.effort(model, request) if self._takes(model, "reasoning_effort") else None
        if sent == "none":
            return False if "none" in (self._efforts_of(model) or ()) else None
        return None if sent in {None, "minimal"} else True

    def call_id(self, known: str) -> str:
        """A tool call's id as this speaker takes it: the same for the same, whoever made it up."""
        if not self.short_call_ids:
            return call_id(known, _ID)
        return known if _SHORT_ID.fullmatch(known) else digest(known)[:9]

    def _efforts_of(self, model: str) -> frozenset[Effort] | None:
        """Those that this model takes; None where it is not known."""
        return next((efforts for models, efforts in self.efforts.items() if re.search(models, model)), None)

    def _thinks_instead(self, model: str, body: dict[str, Json]) -> bool:
        """Whether the effort in this body keeps this model from being told how to sample."""
        models = self.sampling_without_effort
        return models is not None and body.get("reasoning_effort", "none") != "none" and bool(re.search(models, model))

    def _takes(self, model: str, name: str) -> bool:
        if name in self.leave_out or name in _OWN - self.extras:
            return False
        if (only := self.only_for.get(name)) is not None and not re.search(only, model):
            return False
        return not any(name in refused and re.search(models, model) for models, refused in self.never_for.items())


def _nearest(wanted: str, taken: frozenset[Effort]) -> Effort | None:
    """None where none is taken."""
    efforts: tuple[str, ...] = _EFFORTS
    near = sorted(taken, key=efforts.index)
    return min(near, key=lambda each: abs(efforts.index(each) - efforts.index(wanted)), default=None)


def body(model: str, request: ChatRequest, quirks: Quirks, *, stream: bool) -> dict[str, Json]:
    """What is posted to `/chat/completions`."""
    messages = request.messages if quirks.names else named_in_text(request.messages)
    given: dict[str, Json] = {
        "model": model,
        "messages": [*_wished(request.json_format, quirks), *(_message(each, quirks) for each in messages)],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "reasoning_effort": quirks.effort(model, request),
        "verbosity": request.verbosity,
        "logit_bias": dict(request.logit_bias) or None,
        "response_format": _format(request.json_format, quirks),
        "stream": stream or None,
        "stream_options": {"include_usage": True} if stream else None,
    }
    if request.tools:
        given["tools"] = [_tool(tool) for tool in request.tools]
        given["tool_choice"] = _choice(request.tool_choice if quirks.forces_tools else unforced(request.tool_choice))
        given["parallel_tool_calls"] = request.parallel_tool_calls
    return quirks.applied(model, {name: value for name, value in given.items() if value is not None})


def _wished(wanted: JsonFormat | None, quirks: Quirks) -> list[Json]:
    """Where the shape of JSON cannot be asked for it is said; some speakers also want the word JSON to be there."""
    if wanted is None or quirks.json_schema:
        return []
    return [{"role": Role.SYSTEM.value, "content": wish(wanted)}]


def _message(message: ChatMessage, quirks: Quirks) -> Json:
    written: dict[str, Json] = {"role": message.role.value, "content": _content(message)}
    if message.name is not None and (quirks.names or message.role is Role.TOOL):
        written["name"] = message.name
    if message.tool_call_id is not None:
        written["tool_call_id"] = quirks.call_id(message.tool_call_id)
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "id": quirks.call_id(call.id),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if quirks.sends_reasoning and (message.tool_calls or message.reasoning is not None):
        written["reasoning_content"] = message.reasoning or ""
    return written


def _content(message: ChatMessage) -> Json:
    """Text alone as one string, since some speakers take no parts."""
    if not message.parts:
        return None if message.tool_calls else ""
    if all(isinstance(part, TextPart) for part in message.parts):
        return text_of(message.parts)
    return [_part(part) for part in message.parts]


def _part(part: Part) -> Json:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case ImagePart(url, detail):
            return {"type": "image_url", "image_url": {"url": url} | ({"detail": detail} if detail else {})}
        case AudioPart(data, sound):
            return {"type": "input_audio", "input_audio": {"data": data, "format": sound}}
        case FilePart(data, file_id, filename):
            given = {"file_data": data, "file_id": file_id, "filename": filename}
            return {"type": "file", "file": {name: value for name, value in given.items() if value is not None}}


def _tool(tool: Tool) -> Json:
    function: dict[str, Json] = {"name": tool.name, "parameters": parameters(tool.parameters)}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _choice(choice: ToolChoice | None) -> Json:
    if choice is None:
        return None
    if choice.name is not None:
        return {"type": "function", "function": {"name": choice.name}}
    return choice.mode.value


def _format(wanted: JsonFormat | None, quirks: Quirks) -> Json:
    if wanted is None:
        return None
    if wanted.schema is None or not quirks.json_schema:
        return {"type": "json_object"}
    named: dict[str, Json] = {"name": wanted.name, "schema": json_object(wanted.schema)}
    if wanted.description is not None:
        named["description"] = wanted.description
    if wanted.strict is not None:
        named["strict"] = wanted.strict
    return {"type": "json_schema", "json_schema": named}
