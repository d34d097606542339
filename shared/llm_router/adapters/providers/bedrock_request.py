"""A chat request in the form of Amazon Bedrock's Converse."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

from llm_router.adapters.providers import bedrock_thinking, json_tool, media
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
from llm_router.adapters.providers.strict_tools import strict_names
from llm_router.adapters.providers.taking import untaken
from llm_router.adapters.providers.traits import Keeps, at_bedrock, traits_of
from llm_router.generation.chat import (
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    Part,
    Role,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
    ToolMode,
)
from llm_router.json_values import Json

_MARK: Json = {"cachePoint": {"type": "default"}}
_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
SEE_THE_FILE = "(See the file.)"
CALL_NONE = "Call no tool; answer in words."
LONGEST_NAME = 180
"""Characters of a document's name: 200 are taken, and a number may come behind it."""
_IMAGES = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
_DOCUMENTS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


def body(model: str, request: ChatRequest) -> dict[str, Json]:
    """What is posted; bytes are base64 there. Seeds and penalties are not part of Converse."""
    traits = traits_of(model)
    forces = traits.forced_tools and at_bedrock(model).forces_tools and json_tool.forced(request) is not None
    names = _DocumentNames()
    result, block = partial(_result, names=names), partial(_block, names=names)
    spoken = list(turns(request, prefill=traits.prefill))
    marked = _marked(model, request, spoken)
    given: dict[str, Json] = {
        "messages": [
            {
                "role": role.value,
                "content": [
                    *_beside_documents(ordered_blocks(messages, result, block, _call)),
                    *([_MARK] if place in marked else []),
                ],
            }
            for place, (role, messages) in enumerate(spoken)
        ]
    }
    tools = _tools(model, request, forces=forces)
    uncalled = CALL_NONE if tools and not (forces or request.may_call) else None
    if system := [said for said in (system_of(request, schema_is_said=not forces), uncalled) if said]:
        given["system"] = [{"text": said} for said in system]
    thinking = bedrock_thinking.fields(model, request)
    if thinking:
        given["additionalModelRequestFields"] = thinking
    sampled = bedrock_thinking.samples(model, thinking)
    settings: dict[str, Json] = {
        "maxTokens": request.max_tokens,
        "temperature": min(request.temperature, 1.0) if sampled and request.temperature is not None else None,
        "topP": request.top_p if sampled and request.temperature is None else None,
        "stopSequences": stops_of(request) if traits.stops else None,
    }
    if known := {name: value for name, value in settings.items() if value is not None}:
        given["inferenceConfig"] = known
    return {**given, **tools}


def _beside_documents(blocks: list[Json]) -> list[Json]:
    """The blocks of a turn with a word for the documents that would stand alone, which is refused."""
    kinds = {kind for block in blocks if isinstance(block, dict) for kind in block}
    return [*blocks, {"text": SEE_THE_FILE}] if "document" in kinds and "text" not in kinds else blocks


def _marked(model: str, request: ChatRequest, spoken: list[tuple[Role, list[ChatMessage]]]) -> set[int]:
    """The turns behind which the prompt is kept: the user's last one, and the one before, where it was kept then."""
    keeps = at_bedrock(model).keeps
    if not request.kept or keeps is Keeps.NOTHING:
        return set()
    results = keeps is Keeps.RESULTS
    return set(
        [
            place
            for place, (role, messages) in enumerate(spoken)
            if role is Role.USER and (results or all(each.role is not Role.TOOL for each in messages))
        ][-2:]
    )


def _mentions_tools(request: ChatRequest) -> bool:
    """Whether tools stand in the conversation: they must be declared then, even if none is to be called."""
    return any(message.tool_calls or message.role is Role.TOOL for message in request.messages)


def _tools(model: str, request: ChatRequest, *, forces: bool) -> dict[str, Json]:
    """The tools that are declared, and the choice among them, of which Converse has none for calling no tool."""
    tools, choice = (request.tools, request.tool_choice) if traits_of(model).forced_tools else unforced(request)
    if forces:
        tools, choice = json_tool.tools_of(request)
    if not tools:
        tools, choice = tools_called(request), None
    if not tools or (choice is not None and choice.mode is ToolMode.NONE and not _mentions_tools(request)):
        return {}
    strict = strict_names(model, tools)
    return {"toolConfig": {"tools": [_tool(tool, strict=tool.name in strict) for tool in tools], **_choice(choice)}}


def _tool(tool: Tool, *, strict: bool) -> Json:
    told: dict[str, Json] = {"strict": True} if strict else {}
    shape: Json = {"json": parameters(tool.parameters)}
    return {"toolSpec": {"name": tool.name, **description_of(tool), "inputSchema": shape, **told}}


def _choice(choice: ToolChoice | None) -> dict[str, Json]:
    if choice is None or choice.mode is ToolMode.NONE:
        return {}
    if choice.name is not None:
        return {"toolChoice": {"tool": {"name": choice.name}}}
    return {"toolChoice": {"any" if choice.mode is ToolMode.REQUIRED else "auto": {}}}


def _call(call: ToolCall) -> Json:
    return {"toolUse": {"toolUseId": call_id(call.id, _ID), "name": call.name, "input": arguments_of(call)}}


@dataclass(slots=True)
class _DocumentNames:
    """Names for the documents of a conversation. Converse takes no two alike, and few kinds of characters."""

    _taken: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    """The last number of each name without it."""

    def name(self, filename: str | None) -> str:
        """The next document's name: of those that come to the same every one but the first has a number."""
        told = re.sub(r"[^a-zA-Z0-9\-()\[\]]+", " ", filename or "").strip()[:LONGEST_NAME].strip() or "document"
        number = self._numbers.get(told, 0) + 1
        while (name := told if number == 1 else f"{told} ({number})") in self._taken:
            number += 1
        self._numbers[told] = number
        self._taken.add(name)
        return name


def _result(message: ChatMessage, names: _DocumentNames) -> Json:
    blocks = [_block(part, names) for part in message.parts if not blank(part)]
    return {"toolResult": {"toolUseId": call_id(message.tool_call_id or "", _ID), "content": blocks}}


def _block(part: Part, names: _DocumentNames) -> Json:
    """One block. Bedrock fetches no address, so only what is inline can be sent."""
    if isinstance(part, TextPart):
        return {"text": part.text}
    address = part.url if isinstance(part, ImagePart) else part.data if isinstance(part, FilePart) else None
    if address is None or (held := media.inline(address)) is None:
        raise untaken("bedrock", part)
    if held.kind in _IMAGES:
        return {"image": {"format": _IMAGES[held.kind], "source": {"bytes": held.data}}}
    if isinstance(part, FilePart) and held.kind in _DOCUMENTS:
        name, source = names.name(part.filename), {"bytes": held.data}
        return {"document": {"format": _DOCUMENTS[held.kind], "name": name, "source": source}}
    raise untaken("bedrock", part)
