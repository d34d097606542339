"""The items that a Responses request's input is made of."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson, AnyList, NullOr
from llm_router.schemas.messages import FunctionCall, Message, ToolCall
from llm_router.schemas.parts import (
    AudioPart,
    Cacheable,
    Detail,
    FileData,
    FilePart,
    FileText,
    ImagePart,
    ImageUrl,
    Name,
    Part,
    Picture,
    RefusalPart,
    Text,
    TextPart,
    WebAddress,
)

Status = Literal["in_progress", "completed", "incomplete"]


class TextContent(Cacheable):
    """Text: the user's, or an earlier answer's with what was told beside it."""

    type: Literal["input_text", "output_text"]
    text: Text
    annotations: AnyList | None = None
    logprobs: AnyList | None = None
    parsed: AnyJson = None

    def part(self) -> Part:
        """As a chat has it."""
        return TextPart(type="text", text=self.text)


class ImageContent(Cacheable):
    """A picture by its address, as a data address, or by its id, which goes as that of a file."""

    type: Literal["input_image"]
    image_url: Picture | None = None
    file_id: Name | None = None
    detail: Detail | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.image_url is None and self.file_id is None:
            raise ValueError("must hold image_url or file_id")
        return self

    def part(self) -> Part:
        """As a chat has it."""
        if self.image_url is None:
            return FilePart(type="file", file=FileData(file_id=self.file_id))
        # Checked already, as long as it may be.
        picture = ImageUrl.model_construct(url=self.image_url, detail=self.detail)
        return ImagePart(type="image_url", image_url=picture)


class FileContent(Cacheable):
    """A file: its content, its address, or its id."""

    type: Literal["input_file"]
    file_data: FileText | None = None
    file_url: WebAddress | None = None
    file_id: Name | None = None
    filename: Name | None = None
    detail: Literal["auto", "low", "high"] | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not (self.file_data or self.file_url or self.file_id):
            raise ValueError("must hold file_data, file_url or file_id")
        return self

    def part(self) -> Part:
        """As a chat has it."""
        data = self.file_data or self.file_url
        # Checked already, as long as it may be.
        file = FileData.model_construct(file_data=data, file_id=self.file_id, filename=self.filename)
        return FilePart(type="file", file=file)


Content = Annotated[
    TextContent | ImageContent | FileContent | AudioPart | RefusalPart,
    Field(discriminator="type"),
]
Contents = Text | Annotated[list[Content], Field(max_length=1000)]


def parts_of(contents: str | list[Content]) -> list[Part]:
    """The parts of a chat's message that say the same."""
    if isinstance(contents, str):
        return [TextPart(type="text", text=contents)]
    return [each if isinstance(each, AudioPart | RefusalPart) else each.part() for each in contents]


def _said(contents: str | list[Content]) -> str | list[Part]:
    return contents if isinstance(contents, str) else parts_of(contents)


class MessageItem(RequestBody):
    """What somebody said."""

    type: NullOr[Literal["message"]] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: Contents
    id: Name | None = None
    status: Status | None = None
    phase: Literal["commentary", "final_answer"] | None = None

    def message(self) -> Message:
        """As a chat has it."""
        return Message(role=self.role, content=_said(self.content))


class Caller(RequestBody):
    """Who asked for a call: the model itself, or a program that it wrote elsewhere."""

    type: Literal["direct", "program"]
    caller_id: Name | None = None


class FunctionCallItem(RequestBody):
    """A call that the assistant asked for."""

    type: Literal["function_call"]
    call_id: Name
    name: Name
    arguments: Text
    id: Name | None = None
    status: Status | None = None
    namespace: Name | None = None
    caller: Caller | None = None
    async_: Annotated[Literal[False] | None, Field(alias="async")] = None
    # As OpenAI's library names it where an answer is dumped.
    dumped_async: Annotated[None, Field(alias="async_")] = None
    parsed_arguments: AnyJson = None

    def call(self) -> ToolCall:
        """As a chat has it."""
        return ToolCall(id=self.call_id, function=FunctionCall(name=self.name, arguments=self.arguments))


class FunctionCallOutput(RequestBody):
    """What the function gave back."""

    type: Literal["function_call_output"]
    call_id: Name
    output: Contents
    id: Name | None = None
    status: Status | None = None
    name: Name | None = None
    namespace: Name | None = None
    caller: Caller | None = None

    def message(self) -> Message:
        """As a chat has it."""
        return Message(role="tool", tool_call_id=self.call_id, content=_said(self.output))


class Thought(RequestBody):
    """A piece of what was thought."""

    type: Literal["summary_text", "reasoning_text"]
    text: Text


class ReasoningItem(RequestBody):
    """What the assistant thought, as far as it was told; what is encrypted is nobody's here, and left out."""

    type: Literal["reasoning"]
    summary: Annotated[list[Thought], Field(max_length=1000)] | None = None
    content: Annotated[list[Thought], Field(max_length=1000)] | None = None
    id: Name | None = None
    status: Status | None = None
    encrypted_content: Text | None = None

    @property
    def text(self) -> str:
        """What is told of it."""
        return "\n\n".join(thought.text for thought in self.content or self.summary or ())


_KINDS = ("message", "function_call", "function_call_output", "reasoning")


def _kind(item: object) -> str:
    """Which of the items one means to be: a message where it does not say."""
    kind = item.get("type") if isinstance(item, dict) else getattr(item, "type", None)
    return "message" if kind is None else str(kind)


def _known(item: object) -> object:
    if not isinstance(item, dict):
        return item
    kind = item.get("type")
    if kind == "item_reference" or (kind is None and "id" in item and "role" not in item):
        raise ValueError("refers to what is not stored here: send the item itself")
    if isinstance(kind, str) and kind not in _KINDS:
        raise ValueError(f"is of a kind that is not taken here; taken are {', '.join(_KINDS)}")
    return item


Item = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[FunctionCallItem, Tag("function_call")]
    | Annotated[FunctionCallOutput, Tag("function_call_output")]
    | Annotated[ReasoningItem, Tag("reasoning")],
    Discriminator(_kind),
    BeforeValidator(_known),
]
