"""OpenAI's messages, as far as the router must understand them to route."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from llm_router.conversation import Conversation, Packed, Turn, packed_together
from llm_router.file_tokens import Unpacking
from llm_router.generation import chat
from llm_router.generation.chat import ChatMessage, Role
from llm_router.generation.chat import ToolCall as ToolUse
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson, AnyList, AnyObject, NullOr, Whole
from llm_router.schemas.parts import AudioPart, Cacheable, FilePart, ImagePart, Name, Part, Text, TextPart
from llm_router.text import is_blank

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
MAX_MESSAGES = 2000


class FunctionCall(RequestBody):
    """The call of a function as the assistant asked for it; the arguments are JSON in a string."""

    name: Name
    arguments: Text
    parsed_arguments: AnyJson = None


class ToolCall(RequestBody):
    """One tool call of the assistant's."""

    id: Name
    index: Annotated[int, Whole] | None = None
    type: NullOr[Literal["function"]] = "function"
    function: FunctionCall


class SentBack(Cacheable):
    """What answers hold, this router's, OpenAI's SDK's and OpenRouter's, and what clients therefore send back with the
    next turn.

    Taken and, but for calls of functions and thoughts, not passed on: it says nothing that the message does not say
    without it.
    """

    annotations: AnyList | None = None
    audio: AnyObject | None = None
    function_call: FunctionCall | None = None
    reasoning_content: Text | None = None
    reasoning: Text | None = None
    reasoning_details: AnyList | None = None
    parsed: AnyJson = None


class Message(SentBack):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[Part], Field(max_length=1000)] | None = None
    name: Name | None = None
    refusal: Text | None = None
    tool_calls: Annotated[list[ToolCall], Field(max_length=128)] | None = None
    tool_call_id: Name | None = None

    @cached_property
    def turn(self) -> Turn:
        """The message as the domain sees it, but for what its files count; made once, for the check of what is asked
        and for the answer.

        Its text is that of `chat`, neither more nor less, since what is sent is what is paid for.
        """
        said = self._said
        if isinstance(said, str):
            return Turn(self.role, said)
        return Turn(
            self.role,
            "\n".join(part.text for part in _sent(said) if isinstance(part, chat.TextPart)),
            images=tuple(part.image_url.detail or "" for part in said if isinstance(part, ImagePart)),
            audios=sum(isinstance(part, AudioPart) for part in said),
            files=sum(isinstance(part, FilePart) for part in said),
            heavy_tokens=sum(part.tokens for part in said),
            packed=Packed(sum(part.unseen_tokens for part in said)),
            unsized=sum(isinstance(part, FilePart) and not part.is_sized for part in said),
        )

    def counted(self, unpacking: Unpacking) -> Turn:
        """The same with what its files count."""
        if not self.turn.files or isinstance(self._said, str):
            return self.turn
        files = [part.count(unpacking) for part in self._said if isinstance(part, FilePart)]
        return replace(
            self.turn,
            heavy_tokens=self.turn.heavy_tokens + sum(file.tokens for file in files),
            packed=packed_together([self.turn.packed, *(file.packed for file in files)]),
        )

    def chat(self, old_call: str = "call_1") -> ChatMessage:
        """The message as it is sent to a model. Calls in the form that was before tools have no ids: this is theirs."""
        said = self._said
        return ChatMessage(
            role=_ROLES[self.role],
            parts=tuple(_sent([TextPart(type="text", text=said)] if isinstance(said, str) else said)),
            tool_calls=tuple(self._calls(old_call)),
            tool_call_id=old_call if self.role == "function" else self.tool_call_id,
            name=self.name,
            reasoning=self.reasoning_content or self.reasoning,
        )

    @property
    def _said(self) -> str | list[Part]:
        """What is said: a refusal where there is nothing else."""
        return self.content or self.refusal or ""

    @property
    def calls_the_old_way(self) -> bool:
        """Whether it holds a call in the form that was before tools, and none in today's beside it."""
        return self.function_call is not None and not self.tool_calls

    def _calls(self, old_call: str) -> Iterator[ToolUse]:
        for call in self.tool_calls or ():
            yield ToolUse(call.id, call.function.name, call.function.arguments)
        if self.function_call is not None and self.calls_the_old_way:
            yield ToolUse(old_call, self.function_call.name, self.function_call.arguments)


def _sent(parts: Sequence[Part]) -> list[chat.Part]:
    """The parts as they are sent to a model, without those that say nothing."""
    return [sent for part in parts if (sent := part.chat()) != chat.TextPart("")]


def conversation(messages: list[Message], *, beside_tokens: int = 0) -> Conversation:
    """The messages as the domain sees them."""
    unpacking = Unpacking()
    turns = tuple(message.counted(unpacking) for message in messages)
    has_calls = any(message.tool_calls or message.function_call for message in messages)
    return Conversation(turns, beside_tokens=beside_tokens, has_calls=has_calls)


def ask_something(messages: list[Message]) -> list[Message]:
    """The messages. Raises `ValueError` where nothing in them can be read, looked at or heard."""
    asked = Conversation(tuple(message.turn for message in messages))
    if is_blank(asked.request) and not any(turn.images or turn.audios or turn.files for turn in asked.turns):
        raise ValueError("must hold something that can be read")
    return messages


Messages = Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES), AfterValidator(ask_something)]


def chat_messages(messages: list[Message]) -> tuple[ChatMessage, ...]:
    """The messages as they are sent to a model. A function's result in the old form answers the call before it."""
    made = accumulate(int(message.calls_the_old_way) for message in messages)
    return tuple(message.chat(f"call_{count}") for message, count in zip(messages, made, strict=True))
