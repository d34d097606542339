"""The messages of an Anthropic conversation, and those of a chat that they come to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from llm_router.schemas.anthropic_blocks import (
    Block,
    DocumentBlock,
    ImageBlock,
    SearchResultBlock,
    TextBlock,
    parts_of,
)
from llm_router.schemas.anthropic_spoken import (
    CompactionBlock,
    ElsewhereBlock,
    RedactedThinkingBlock,
    ThinkingBlock,
)
from llm_router.schemas.assistant_turn import AssistantTurn, message_of
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson, AnyObject
from llm_router.schemas.messages import FunctionCall, Message, ToolCall
from llm_router.schemas.parts import MAX_TEXT, Cacheable, Name, Part, Text, TextPart

FAILED = "The tool failed:"
"""What stands before the result of a call that did not do what it should, for models that are told no other way."""


class ToolUseBlock(Cacheable):
    """A call that the assistant asked for."""

    type: Literal["tool_use"]
    id: Name
    name: Name
    input: AnyObject
    caller: AnyJson = None
    toolset_name: Name | None = None

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if len(self._arguments) > MAX_TEXT:
            raise ValueError(f"must have at most {MAX_TEXT} characters of JSON as its input")
        return self

    @cached_property
    def _arguments(self) -> str:
        return json.dumps(self.input, ensure_ascii=False, separators=(",", ":"))

    def call(self) -> ToolCall:
        """As a chat has it."""
        return ToolCall(id=self.id, function=FunctionCall(name=self.name, arguments=self._arguments))


class ToolReferenceBlock(Cacheable):
    """A tool that a search for tools has found: all are known to the model anyway, so its name is told."""

    type: Literal["tool_reference"]
    tool_name: Name

    def parts(self) -> list[Part]:
        """As a chat has it."""
        return [TextPart(type="text", text=self.tool_name)]


class ToolResultBlock(Cacheable):
    """What a call gave back."""

    type: Literal["tool_result"]
    tool_use_id: Name
    content: (
        Text
        | Annotated[
            list[
                Annotated[
                    TextBlock | ImageBlock | DocumentBlock | SearchResultBlock | ToolReferenceBlock,
                    Field(discriminator="type"),
                ]
            ],
            Field(max_length=1000),
        ]
        | None
    ) = None
    is_error: bool | None = None
    toolset_name: Name | None = None

    def message(self) -> Message:
        """As a chat has it."""
        content = self.content or ""
        said = _text(content) if isinstance(content, str) else [part for block in content for part in block.parts()]
        return message_of("tool", [*(_text(FAILED) if self.is_error else ()), *said], answers=self.tool_use_id)


class UserTurn(RequestBody):
    """What the user said, and what calls gave back."""

    role: Literal["user"]
    content: (
        Text
        | Annotated[
            list[
                Annotated[
                    TextBlock | ImageBlock | DocumentBlock | SearchResultBlock | ToolResultBlock,
                    Field(discriminator="type"),
                ]
            ],
            Field(max_length=1000),
        ]
    )

    def messages(self) -> Iterator[Message]:
        """As a chat has it: results are messages of their own, and come first."""
        if isinstance(self.content, str):
            yield message_of("user", _text(self.content))
            return
        said: list[Block] = []
        for block in self.content:
            if isinstance(block, ToolResultBlock):
                yield block.message()
            else:
                said.append(block)
        if said:
            yield message_of("user", parts_of(said))


class SpokenTurn(RequestBody):
    """What the assistant thought, said and called."""

    role: Literal["assistant"]
    content: (
        Text
        | Annotated[
            list[
                Annotated[
                    TextBlock
                    | ImageBlock
                    | DocumentBlock
                    | ThinkingBlock
                    | RedactedThinkingBlock
                    | ToolUseBlock
                    | CompactionBlock
                    | ElsewhereBlock,
                    Field(discriminator="type"),
                ]
            ],
            Field(max_length=1000),
        ]
    )

    def messages(self) -> Iterator[Message]:
        """As a chat has it."""
        if isinstance(self.content, str):
            yield message_of("assistant", _text(self.content))
            return
        turn = AssistantTurn()
        for block in self.content:
            if isinstance(block, ToolUseBlock):
                turn.calls.append(block.call())
            elif isinstance(block, ThinkingBlock):
                turn.thoughts.append(block.thinking)
            elif not isinstance(block, RedactedThinkingBlock | ElsewhereBlock):
                turn.said += block.parts()
        yield from turn.taken()


SystemContent = Text | Annotated[list[TextBlock], Field(max_length=1000)]


class SystemTurn(RequestBody):
    """What the caller says in the midst of it."""

    role: Literal["system"]
    content: SystemContent

    def messages(self) -> Iterator[Message]:
        """As a chat has it."""
        yield from told(self.content)


Turn = Annotated[UserTurn | SpokenTurn | SystemTurn, Field(discriminator="role")]


class Turns(list[Turn]):
    """The turns of a conversation, and the `said` messages that they come to, which are made once: for the check that
    they are a chat, and to be asked."""

    def __init__(self, given: Sequence[Turn]) -> None:
        """Raises `ValueError` for a turn that is more than a message may hold."""
        super().__init__(given)
        self.said = [message for turn in given for message in turn.messages()]


def told(system: SystemContent | None) -> list[Message]:
    """The system's message; none where there is nothing to say."""
    if not system:
        return []
    return [message_of("system", _text(system) if isinstance(system, str) else parts_of(system))]


def _text(text: str) -> list[Part]:
    return [TextPart(type="text", text=text)]
