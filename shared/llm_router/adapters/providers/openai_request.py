"""A chat request in OpenAI's form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from llm_router.adapters.providers import media
from llm_router.adapters.providers.conversation import (
    digest,
    json_object,
    named_in_text,
    parameters,
    text_of,
    unforced,
    wish,
)
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.adapters.providers.taking import more_than, no_pdf
from llm_router.generation.chat import (
    AudioPart,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    JsonFormat,
    OwnFields,
    Part,
    Role,
    TextPart,
    Tool,
    ToolChoice,
)
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.json_values import Json

_LONGEST_NAME = 64
"""Characters of a name of a user's or a cache's, as OpenAI takes them."""
SEE_BELOW = "(See below.)"
"""What a tool's result says that is no text."""
NOTED = "(Noted.)"
"""What the assistant says to results of tools where the user may not go on right behind them."""


def body(model: str, request: ChatRequest, quirks: Quirks, *, stream: bool) -> dict[str, Json]:
    """What is posted to `/chat/completions`."""
    messages = request.messages if quirks.names else named_in_text(request.messages)
    given: dict[str, Json] = {
        "model": model,
        "messages": [
            *_wished(request.json_format, quirks),
            *(_message(each, model, quirks) for each in _put(model, messages, quirks)),
        ],
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
        **_own(request.own),
        "stream": stream or None,
        "stream_options": {"include_usage": True} if stream else None,
    }
    if (why := more_than(quirks.most_tools, len(request.tools))) is not None:
        raise ProviderFailed(Failure.BAD_REQUEST, why=why)
    if request.tools:
        tools, choice = (request.tools, request.tool_choice) if quirks.forces_tools else unforced(request)
        given["tools"] = [_tool(tool) for tool in tools]
        given["tool_choice"] = _choice(choice)
        given["parallel_tool_calls"] = request.parallel_tool_calls
    return quirks.applied(model, {name: value for name, value in given.items() if value is not None})


def _wished(wanted: JsonFormat | None, quirks: Quirks) -> list[Json]:
    """Where the shape of JSON cannot be asked for it is said; some speakers also want the word JSON to be there."""
    if wanted is None or quirks.json_schema:
        return []
    return [{"role": Role.SYSTEM.value, "content": wish(wanted)}]


def _own(own: OwnFields) -> dict[str, Json]:
    """What OpenAI keeps beside a request. It takes no metadata of one that it does not store."""
    return {
        "user": own.user and _short(own.user),
        "safety_identifier": own.safety_identifier and _short(own.safety_identifier),
        "prompt_cache_key": own.prompt_cache_key and _short(own.prompt_cache_key),
        "store": own.store,
        "metadata": json_object(own.metadata) or None if own.store else None,
    }


def _short(name: str) -> str:
    """A name as it is taken: itself, or where it is too long what stands for it."""
    return name if len(name) <= _LONGEST_NAME else digest(name)


def _shown(messages: Sequence[ChatMessage]) -> Iterator[ChatMessage]:
    """The messages with results of tools that are text alone, as OpenAI wants them: pictures and files of them are
    shown by the user behind the last of those that follow each other."""
    shown: list[Part] = []
    for message in messages:
        if message.role is not Role.TOOL and shown:
            yield ChatMessage(Role.USER, tuple(shown))
            shown = []
        others = [part for part in message.parts if not isinstance(part, TextPart)]
        if message.role is not Role.TOOL or not others:
            yield message
            continue
        shown += others
        said = tuple(part for part in message.parts if isinstance(part, TextPart))
        yield replace(message, parts=said or (TextPart(SEE_BELOW),))
    if shown:
        yield ChatMessage(Role.USER, tuple(shown))


def _put(model: str, messages: Sequence[ChatMessage], quirks: Quirks) -> Iterator[ChatMessage]:
    """The messages in the order in which this model takes them."""
    answers = quirks.must_answer_tools(model)
    before: Role | None = None
    for message in _shown(messages):
        if answers and before is Role.TOOL and message.role is Role.USER:
            yield ChatMessage(Role.ASSISTANT, (TextPart(NOTED),))
        yield message
        before = message.role


def _message(message: ChatMessage, model: str, quirks: Quirks) -> Json:
    written: dict[str, Json] = {"role": message.role.value, "content": _content(message, model, quirks)}
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


def _content(message: ChatMessage, model: str, quirks: Quirks) -> Json:
    """Text alone as one string, since some speakers take no parts."""
    if not message.parts:
        return None if message.tool_calls else ""
    if all(isinstance(part, TextPart) for part in message.parts):
        return text_of(message.parts)
    return [_part(part, model, quirks) for part in message.parts]


def _part(part: Part, model: str, quirks: Quirks) -> Json:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case ImagePart(url, wanted):
            detail = quirks.detail(model, wanted)
            return {"type": "image_url", "image_url": {"url": url} | ({"detail": detail} if detail else {})}
        case AudioPart(data, sound):
            return {"type": "input_audio", "input_audio": {"data": data, "format": sound}}
        case FilePart(data, file_id, filename):
            if quirks.pdf_alone and (why := no_pdf(part)) is not None:
                raise ProviderFailed(Failure.BAD_REQUEST, why=why)
            name = filename or (media.name_at(data) if data else None)
            given = {"file_data": data, "file_id": file_id, "filename": name}
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
