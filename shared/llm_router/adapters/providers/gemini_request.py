"""A chat request in the form of Gemini's generateContent."""

from __future__ import annotations

from llm_router.adapters.providers import gemini_thinking, media
from llm_router.adapters.providers.conversation import (
    arguments_of,
    description_of,
    json_object,
    parameters,
    system_of,
    turns,
)
from llm_router.adapters.providers.taking import OTHER_KIND, too_many, untaken
from llm_router.adapters.providers.traits import traits_of
from llm_router.generation.chat import (
    AudioPart,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    Part,
    Role,
    TextPart,
    Tool,
    ToolChoice,
    ToolMode,
)
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.json_values import Json

_MODES = {ToolMode.AUTO: "AUTO", ToolMode.REQUIRED: "ANY", ToolMode.NONE: "NONE"}
NO_SIGNATURE = "skip_thought_signature_validator"
"""Gemini 3 wants each call back with the signature it came with, or with this word in its place."""


def body(model: str, request: ChatRequest) -> dict[str, Json]:
    """What is posted; whether it streams is said by the address. Parallel calls cannot be forbidden there."""
    schema_is_said = request.json_format is not None and bool(request.tools)
    given: dict[str, Json] = {
        "contents": [_content(model, role, messages) for role, messages in turns(request)],
        "generationConfig": _settings(model, request, with_format=not schema_is_said),
    }
    if system := system_of(request, schema_is_said=schema_is_said):
        given["systemInstruction"] = {"parts": [{"text": system}]}
    if (why := too_many("google", len(request.tools))) is not None:
        raise ProviderFailed(Failure.BAD_REQUEST, why=why)
    if request.tools:
        given["tools"] = [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]
        given["toolConfig"] = {"functionCallingConfig": _choice(request.tool_choice or ToolChoice())}
    return given


def _settings(model: str, request: ChatRequest, *, with_format: bool) -> dict[str, Json]:
    """JSON and tools together are refused by models before Gemini 3, so the wish is said in words then."""
    penalised = traits_of(model).penalties
    given: dict[str, Json] = {
        "maxOutputTokens": request.max_tokens,
        "temperature": request.temperature,
        "topP": request.top_p,
        "stopSequences": list(request.stop) or None,
        "seed": None if request.seed is None else _seed(request.seed),
        "presencePenalty": request.presence_penalty if penalised else None,
        "frequencyPenalty": request.frequency_penalty if penalised else None,
        "thinkingConfig": gemini_thinking.thinking(model, request),
    }
    if request.json_format is not None and with_format:
        given["responseMimeType"] = "application/json"
        if request.json_format.schema is not None:
            given["responseJsonSchema"] = json_object(request.json_format.schema)
    return {name: value for name, value in given.items() if value is not None}


def _seed(given: int) -> int:
    """The seed, or where it has more than the 32 bits that are taken one that stands for it."""
    return given if -(2**31) <= given < 2**31 else given % 2**31


def _tool(tool: Tool) -> Json:
    return {"name": tool.name, **description_of(tool), "parametersJsonSchema": parameters(tool.parameters)}


def _choice(choice: ToolChoice) -> Json:
    if choice.name is not None:
        return {"mode": "ANY", "allowedFunctionNames": [choice.name]}
    return {"mode": _MODES[choice.mode]}


def _content(model: str, role: Role, messages: list[ChatMessage]) -> Json:
    parts: list[Json] = []
    for message in messages:
        if message.role is Role.TOOL:
            parts += _result(model, message)
            continue
        parts += [_part(part) for part in message.parts if not (isinstance(part, TextPart) and not part.text)]
        for place, call in enumerate(message.tool_calls):
            signed = place == 0 and traits_of(model).signed_calls
            signature: dict[str, Json] = {"thoughtSignature": NO_SIGNATURE} if signed else {}
            known = {**_id(model, call.id), "name": call.name, "args": arguments_of(call)}
            parts.append({"functionCall": known, **signature})
    return {"role": "model" if role is Role.ASSISTANT else "user", "parts": parts}


def _id(model: str, given: str | None) -> dict[str, Json]:
    return {"id": given} if given and traits_of(model).signed_calls else {}


def _result(model: str, message: ChatMessage) -> list[Json]:
    """A tool's result: its text and, behind that, whatever else it gave, such as pictures.

    Older models tell calls apart by name and order.
    """
    if not message.name:
        raise ProviderFailed(Failure.BAD_REQUEST)
    text = "\n".join(part.text for part in message.parts if isinstance(part, TextPart))
    try:
        response: dict[str, Json] = json_object(text) or {"result": text}
    except ProviderFailed:
        response = {"result": text}
    told: Json = {"functionResponse": {**_id(model, message.tool_call_id), "name": message.name, "response": response}}
    return [told, *(_part(part) for part in message.parts if not isinstance(part, TextPart))]


def _part(part: Part) -> Json:
    match part:
        case TextPart(text):
            return {"text": text}
        case ImagePart(url):
            return _picture(url)
        case AudioPart(data, sound):
            return {"inlineData": {"mimeType": f"audio/{sound}", "data": data}}
        case FilePart(data=str(data)):
            return _file(data)
    raise untaken("google", part)


def _picture(address: str) -> Json:
    """Gemini reads whatever kind it is told, so what is sent and paid for as a picture must be one."""
    held = media.inline(address)
    kind = media.kind_of(address, "image/jpeg") if held is None else held.kind
    if not kind.startswith("image/"):
        raise ProviderFailed(Failure.BAD_REQUEST, why=OTHER_KIND)
    return _given(address, held, kind)


def _file(address: str) -> Json:
    held = media.inline(address)
    return _given(address, held, media.kind_of(address, "application/pdf") if held is None else held.kind)


def _given(address: str, held: media.Media | None, kind: str) -> Json:
    """What an address of ours holds, or the address itself, for Gemini to fetch."""
    if held is not None:
        return {"inlineData": {"mimeType": kind, "data": held.data}}
    return {"fileData": {"mimeType": kind, "fileUri": address}}
