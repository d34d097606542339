"""OpenAI's messages, as far as the router must understand them to route."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from llm_router.conversation import Conversation, Turn, audio_tokens, file_tokens
from llm_router.generation import chat
from llm_router.generation.chat import ChatMessage, Role
from llm_router.generation.chat import ToolCall as ToolUse
from llm_router.web.body import RequestBody

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_TEXT = ("data:text/", "data:application/json")
MAX_TEXT = 1_000_000
MAX_MESSAGES = 2000
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Name = Annotated[str, Field(max_length=256)]


class Cacheable(RequestBody):
    """Where a provider's cache of prompts may end, in OpenAI's words and in Anthropic's: taken and not passed on, since
    it changes no answer."""

    prompt_cache_breakpoint: JsonValue = None
    cache_control: JsonValue = None


class PartBody(Cacheable):
    """A part of a message."""

    @property
    def tokens(self) -> int:
        """What it takes beyond text and pictures, which are counted otherwise."""
        return 0


class TextPart(PartBody):
    """Text within a message."""

    type: Literal["text"]
    text: Text

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        return chat.TextPart(self.text)


class ImageUrl(RequestBody):
    """A picture, by address or as a data address. The router passes it on and never fetches it."""

    url: Annotated[str, Field(max_length=4_000_000)]
    detail: Literal["auto", "low", "high", "original"] | None = None


class ImagePart(PartBody):
    """A picture within a message."""

    type: Literal["image_url"]
    image_url: ImageUrl

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        detail = self.image_url.detail
        return chat.ImagePart(self.image_url.url, "high" if detail == "original" else detail)


class AudioData(RequestBody):
    """Sound in base64."""

    data: Annotated[str, Field(max_length=4_000_000)]
    format: Annotated[str, Field(max_length=16)]


class AudioPart(PartBody):
    """Sound within a message."""

    type: Literal["input_audio"]
    input_audio: AudioData

    @property
    def tokens(self) -> int:
        """By the length of the recording."""
        return audio_tokens(_octets(self.input_audio.data))

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        return chat.AudioPart(self.input_audio.data, self.input_audio.format)


class FileData(RequestBody):
    """A file in base64, or the id of one that the provider holds."""

    file_data: Annotated[str, Field(max_length=4_000_000)] | None = None
    file_id: Name | None = None
    filename: Name | None = None


class FilePart(PartBody):
    """A file within a message."""

    type: Literal["file"]
    file: FileData

    @property
    def tokens(self) -> int:
        """By the size of the file; of one that the provider holds it is not known."""
        data = self.file.file_data or ""
        return file_tokens(_octets(data), is_text=data[:32].lower().startswith(_TEXT))

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        return chat.FilePart(self.file.file_data, self.file.file_id, self.file.filename)


class RefusalPart(PartBody):
    """A refusal that the assistant gave earlier."""

    type: Literal["refusal"]
    refusal: Text

    def chat(self) -> chat.Part:
        """As it is sent to a model: what the assistant said."""
        return chat.TextPart(self.refusal)


Part = Annotated[TextPart | ImagePart | AudioPart | FilePart | RefusalPart, Field(discriminator="type")]


class FunctionCall(RequestBody):
    """The call of a function as the assistant asked for it; the arguments are JSON in a string."""

    name: Name
    arguments: Text
    parsed_arguments: JsonValue = None


class ToolCall(RequestBody):
    """One tool call of the assistant's."""

    id: Name
    index: int | None = None
    type: Literal["function"] = "function"
    function: FunctionCall


class SentBack(Cacheable):
    """What answers hold, this router's, OpenAI's SDK's and OpenRouter's, and what clients therefore send back with the
    next turn.

    Taken and, but for calls of functions and thoughts, not passed on: it says nothing that the message does not say
    without it.
    """

    annotations: list[JsonValue] | None = None
    audio: dict[str, JsonValue] | None = None
    function_call: FunctionCall | None = None
    reasoning_content: Text | None = None
    reasoning: Text | None = None
    reasoning_details: list[JsonValue] | None = None
    parsed: JsonValue = None


class Message(SentBack):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[Part], Field(max_length=1000)] | None = None
    name: Name | None = None
    refusal: Text | None = None
    tool_calls: Annotated[list[ToolCall], Field(max_length=128)] | None = None
    tool_call_id: Name | None = None

    def turn(self) -> Turn:
        """The message as the domain sees it."""
        if not isinstance(self.content, list):
            return Turn(self.role, self.content or "")
        parts = self.content
        return Turn(
            self.role,
            "\n".join(part.text for part in parts if isinstance(part, TextPart)),
            images=sum(isinstance(part, ImagePart) for part in parts),
            audios=sum(isinstance(part, AudioPart) for part in parts),
            files=sum(isinstance(part, FilePart) for part in parts),
            heavy_tokens=sum(part.tokens for part in parts),
        )

    def chat(self, old_call: str = "call_1") -> ChatMessage:
        """The message as it is sent to a model. Calls in the form that was before tools have no ids: this is theirs."""
        said = self.content or self.refusal or ""
        content = said if isinstance(said, list) else [TextPart(type="text", text=said)]
        parts = [part.chat() for part in content]
        return ChatMessage(
            role=_ROLES[self.role],
            parts=tuple(part for part in parts if part != chat.TextPart("")),
            tool_calls=tuple(self._calls(old_call)),
            tool_call_id=old_call if self.role == "function" else self.tool_call_id,
            name=self.name,
            reasoning=self.reasoning_content or self.reasoning,
        )

    @property
    def calls_the_old_way(self) -> bool:
        """Whether it holds a call in the form that was before tools, and none in today's beside it."""
        return self.function_call is not None and not self.tool_calls

    def _calls(self, old_call: str) -> Iterator[ToolUse]:
        for call in self.tool_calls or ():
            yield ToolUse(call.id, call.function.name, call.function.arguments)
        if self.function_call is not None and self.calls_the_old_way:
            yield ToolUse(old_call, self.function_call.name, self.function_call.arguments)


def _octets(encoded: str) -> int:
    """Bytes that so much base64 holds."""
    return len(encoded) * 3 // 4


Messages = Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]


def conversation(
    messages: list[Message], *, wants_tools: bool = False, wants_json: bool = False, beside_tokens: int = 0
) -> Conversation:
    """The messages as the domain sees them."""
    return Conversation(tuple(message.turn() for message in messages), wants_tools, wants_json, beside_tokens)


def chat_messages(messages: list[Message]) -> tuple[ChatMessage, ...]:
    """The messages as they are sent to a model. A function's result in the old form answers the call before it."""
    made = accumulate(int(message.calls_the_old_way) for message in messages)
    return tuple(message.chat(f"call_{count}") for message, count in zip(messages, made, strict=True))
