"""A chat request and its answer in one neutral form; each provider's adapter translates from it and back.

The form follows OpenAI's chat completions, the protocol that most callers speak, so that little is lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who speaks. `system` is also what OpenAI calls `developer`."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class StopReason(StrEnum):
    """Why the model stopped, by the names of OpenAI's `finish_reason`."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture, as a `data:` address or one that the provider fetches itself; never fetched here."""

    url: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class AudioPart:
    """Sound in base64, and its format."""

    data: str
    format: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file: its bytes as a `data:` address, or the id under which the provider holds it."""

    data: str | None = None
    file_id: str | None = None
    filename: str | None = None


Part = TextPart | ImagePart | AudioPart | FilePart


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` is JSON in a string, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. `tool_call_id` names the call that a tool's message answers; `reasoning` is what the assistant
    thought before it, where the caller sends that back."""

    role: Role
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call; `parameters` is its JSON schema, as JSON text."""

    name: str
    description: str | None = None
    parameters: str | None = None
    strict: bool | None = None


class ToolMode(StrEnum):
    """Whether the model may, must or must not call a tool."""

    AUTO = "auto"
    REQUIRED = "required"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """How tools are to be used; with `name`, this one and no other."""

    mode: ToolMode = ToolMode.AUTO
    name: str | None = None

    @property
    def forces(self) -> bool:
        """Whether a tool must be called."""
        return self.mode is ToolMode.REQUIRED or self.name is not None


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """The answer is to be JSON; with `schema` (JSON text), JSON of this shape. `description` says what it is for."""

    schema: str | None = None
    name: str = "answer"
    strict: bool | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class OwnFields:
    """What OpenAI alone is told beside the question, for its books and its cache: it changes no answer. `metadata` is
    JSON text, an object."""

    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    store: bool | None = None
    metadata: str | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked of a model. None and empty leave it to the provider's own default.

    `max_tokens` bounds what is billed as output; `logit_bias` pairs one model's tokens with their bias. A prompt that a
    session goes on with is `kept`: a provider that has to be asked for it keeps it in its cache. Who `wants_thoughts`
    asks a model for them that tells none otherwise. Settings that a provider does not know are left out by its adapter.
    """

    messages: tuple[ChatMessage, ...]
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    logit_bias: tuple[tuple[str, float], ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    json_format: JsonFormat | None = None
    kept: bool = False
    wants_thoughts: bool = False
    own: OwnFields = OwnFields()

    @property
    def may_call(self) -> bool:
        """Whether an answer may call a tool."""
        return bool(self.tools) and (self.tool_choice is None or self.tool_choice.mode is not ToolMode.NONE)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them. `cached_tokens`, read from its cache, and `kept_tokens`, written to it, are
    among `prompt_tokens`, `reasoning_tokens` among `completion_tokens`."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    kept_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A page that an answer rests on, and from where to where in the text it is cited; 0 and 0 where that is not
    told."""

    url: str
    title: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """A whole answer. `usage` is None where the provider did not tell; `stopped_at` is the caller's own stop that ended
    it, where that is known."""

    text: str
    stop: StopReason
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    refusal: str | None = None
    reasoning: str | None = None
    citations: tuple[Citation, ...] = ()
    stopped_at: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; `index` tells which. Id and name come once, arguments in pieces."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class ChatChunk:
    """A piece of a streamed answer. The last ones bring `stop`, with what it `stopped_at`, and `usage`, each at most
    once. `citations` are all that are known by then: the last ones that are told count, and none before them. `so_far`
    is what the provider has counted by then, the last that is told counts; it is no part of the answer, so that a piece
    with nothing else is a sign of life."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCallDelta, ...] = field(default=())
    stop: StopReason | None = None
    usage: Usage | None = None
    refusal: str = ""
    citations: tuple[Citation, ...] = ()
    stopped_at: str | None = None
    so_far: Usage | None = field(default=None, compare=False)


ALIVE = ChatChunk()
"""A piece that says nothing but that the provider still works on the answer."""
