"""What the protocols other than OpenAI's ask of a conversation: the system's text apart, turns in alternation."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from llm_router.generation.chat import (
    ChatMessage,
    ChatRequest,
    JsonFormat,
    Part,
    Role,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
)
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.json_values import Json

JSON_ONLY = "Answer with one JSON object and nothing else: no prose, no code fence."
OPENING = "(The conversation begins.)"
"""What the user says where the assistant speaks first, which is refused."""
CLOSING = "(Please go on.)"
"""What the user says where the assistant spoke last, for whoever goes on with no answer that is begun."""


def text_of(parts: tuple[Part, ...]) -> str:
    """The text among the parts. Raises `ProviderFailed` when there is anything else, where only text can stand."""
    if not all(isinstance(part, TextPart) for part in parts):
        raise ProviderFailed(Failure.BAD_REQUEST)
    return "\n".join(part.text for part in parts if isinstance(part, TextPart))


def system_of(request: ChatRequest, *, schema_is_said: bool) -> str:
    """All system messages as one text, with the wish for JSON where the protocol has no setting for it."""
    texts = [text_of(message.parts) for message in request.messages if message.role is Role.SYSTEM]
    if request.json_format is not None and schema_is_said:
        texts.append(wish(request.json_format))
    return "\n\n".join(text for text in texts if text.strip())


def wish(wanted: JsonFormat) -> str:
    """The wish for JSON in words, for those who cannot be asked for its shape otherwise."""
    meant = f"{JSON_ONLY} What it is for: {wanted.description}" if wanted.description else JSON_ONLY
    return meant if wanted.schema is None else f"{meant}\nIt must fit this JSON schema:\n{wanted.schema}"


def new_call_id() -> str:
    """An id for a tool call that the provider gave none: like no other, since a conversation may hold many calls."""
    return f"call_{os.urandom(12).hex()}"


def call_id(given: str, taken: re.Pattern[str]) -> str:
    """A call's id where only those that match are taken: itself, or one made of it, the same wherever it occurs."""
    return given if taken.fullmatch(given) else f"call_{digest(given)[:32]}"


def digest(text: str) -> str:
    """64 hexadecimal digits that stand for the text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def turns(request: ChatRequest, *, prefill: bool = True) -> Iterator[tuple[Role, list[ChatMessage]]]:
    """The messages but the system's, those that follow each other from one side together. Tools speak as the user.

    The user begins and, without `prefill`, ends. Messages that say nothing are left out; where nothing is left, the
    system's are said by the user: one must speak. Where several users speak, their text says who. The results of a
    turn's calls stand first, in the order of the calls, and by the names of the tools that were called.
    """
    spoken = [message for message in request.messages if message.role is not Role.SYSTEM and _says_something(message)]
    if not spoken:
        yield Role.USER, list(request.messages)
    elif spoken[0].role is Role.ASSISTANT:
        yield Role.USER, [ChatMessage(Role.USER, (TextPart(OPENING),))]
    called: dict[str, str] = {}
    for is_assistant, together in groupby(named_in_text(spoken), lambda message: message.role is Role.ASSISTANT):
        messages = list(together)
        if is_assistant:
            made = {call.id: call.name for each in messages for call in each.tool_calls}
            called = {**{known: name for known, name in called.items() if known not in made}, **made}
        yield (Role.ASSISTANT, messages) if is_assistant else (Role.USER, _answering(called, messages))
    if spoken and spoken[-1].role is Role.ASSISTANT and not prefill:
        yield Role.USER, [ChatMessage(Role.USER, (TextPart(CLOSING),))]


def _answering(called: Mapping[str, str], messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The messages of a turn, its results as the calls stand that were `called` before, ids with the tools' names."""
    places = {known: place for place, known in enumerate(called)}

    def place_of(message: ChatMessage) -> int:
        if message.role is not Role.TOOL:
            return len(places) + 1
        return places.get(message.tool_call_id or "", len(places))

    return [_named_as(called, message) for message in sorted(messages, key=place_of)]


def _named_as(called: Mapping[str, str], message: ChatMessage) -> ChatMessage:
    name = called.get(message.tool_call_id or "") if message.role is Role.TOOL else None
    return replace(message, name=name) if name is not None else message


def _says_something(message: ChatMessage) -> bool:
    return message.role is Role.TOOL or bool(message.tool_calls) or not all(blank(part) for part in message.parts)


def named_in_text(messages: Sequence[ChatMessage]) -> Sequence[ChatMessage]:
    """The messages for whoever takes no names: where users of several names speak, the text says who."""
    names = {message.name for message in messages if message.role is Role.USER and message.name}
    return [_named(message) for message in messages] if len(names) > 1 else messages


def _named(message: ChatMessage) -> ChatMessage:
    parts = message.parts if message.role is Role.USER and message.name else ()
    for place, part in enumerate(parts):
        if isinstance(part, TextPart) and not blank(part):
            said = TextPart(f"{message.name}: {part.text}")
            return replace(message, parts=(*parts[:place], said, *parts[place + 1 :]))
    return message


def tools_called(request: ChatRequest) -> tuple[Tool, ...]:
    """The tools of earlier calls, by their names alone: Claude and Bedrock want them declared, even where the request
    brings none any more."""
    names = dict.fromkeys(call.name for message in request.messages for call in message.tool_calls)
    return tuple(Tool(name) for name in names)


def blank(part: Part) -> bool:
    """Whether the part is text that says nothing, which Claude and Bedrock refuse."""
    return isinstance(part, TextPart) and not part.text.strip()


def ordered_blocks(
    messages: Sequence[ChatMessage],
    result: Callable[[ChatMessage], Json],
    block: Callable[[Part], Json],
    call: Callable[[ToolCall], Json],
) -> list[Json]:
    """The blocks of one turn, as Claude and Bedrock want them: results of tools first, then what is said, then calls.

    What says nothing has no block.
    """
    results = [result(each) for each in messages if each.role is Role.TOOL]
    said = [block(part) for each in messages if each.role is not Role.TOOL for part in each.parts if not blank(part)]
    return [*results, *said, *(call(made) for each in messages for made in each.tool_calls)]


def stops_of(request: ChatRequest) -> list[Json] | None:
    """The stop sequences but blank ones, which Claude and Bedrock refuse; None when there are none."""
    return [stop for stop in request.stop if stop.strip()] or None


def unforced(request: ChatRequest) -> tuple[tuple[Tool, ...], ToolChoice | None]:
    """The tools and the choice among them for a model that cannot be made to call one: it may where it must, and where
    one is named no other."""
    choice = request.tool_choice
    if choice is None or not choice.forces:
        return request.tools, choice
    named = tuple(tool for tool in request.tools if tool.name == choice.name)
    return named or request.tools, ToolChoice()


def json_object(text: str | None) -> dict[str, Json]:
    """JSON text of the request as an object; blank is empty. Raises `ProviderFailed` when it is none."""
    if not text or not text.strip():
        return {}
    try:
        value: Json = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise ProviderFailed(Failure.BAD_REQUEST) from None
    if not isinstance(value, dict):
        raise ProviderFailed(Failure.BAD_REQUEST)
    return value


def arguments_of(call: ToolCall) -> dict[str, Json]:
    """What a call was given. What is no JSON object, as models write now and then, is told as it is under `arguments`:
    a conversation must not end with one broken call."""
    try:
        return json_object(call.arguments)
    except ProviderFailed:
        return {"arguments": call.arguments}


def _refused(_constant: str) -> None:
    raise ValueError


def description_of(tool: Tool) -> dict[str, Json]:
    """The property that says what a tool is for; none for a tool that does not say it."""
    return {"description": tool.description} if tool.description else {}


def parameters(schema: str | None) -> dict[str, Json]:
    """A tool's parameters; a tool without any takes an empty object."""
    return json_object(schema) or {"type": "object", "properties": {}}


def compact(value: Json) -> bytes:
    """JSON without blanks, as it is sent. Raises `ProviderFailed` for what JSON cannot say, such as a NaN."""
    try:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise ProviderFailed(Failure.BAD_REQUEST) from None
    return text.encode("utf-8", "replace")
