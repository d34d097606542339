"""The blocks of an Anthropic message while they are written, each with the events that tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from llm_router.endpoints.call_so_far import CallSoFar
from llm_router.endpoints.writing import Status
from llm_router.generation.chat import Citation, ToolCallDelta
from llm_router.schemas.anthropic_answer import (
    AnswerBlock,
    CalledBlock,
    SaidBlock,
    ThoughtBlock,
    cited_results,
    input_of,
)
from llm_router.schemas.anthropic_event import BlockDelta, MessageEvent

Events = Iterator[MessageEvent]


@dataclass(slots=True)
class Thoughts:
    """What is thought at a stretch. Like every block it has its index from when it is told of: clients put blocks in
    the order in which they hear of them."""

    indices: Iterator[int]
    index: int = -1
    status: Status = "in_progress"
    text: str = ""
    is_whole: bool = True

    def item(self) -> ThoughtBlock:
        """As it stands."""
        return ThoughtBlock(thinking=self.text)

    def take(self, text: str) -> Events:
        """A piece of it."""
        if not self.text:
            self.index = next(self.indices)
            yield _begun(self.index, self.item())
        self.text += text
        yield _new(self.index, BlockDelta(type="thinking_delta", thinking=text))

    def end(self, status: Status) -> Events:
        """It has come to its end."""
        self.status = status
        yield _ended(self.index)


@dataclass(slots=True)
class Speech:
    """What is said at a stretch: a refusal is text as well."""

    indices: Iterator[int]
    index: int = -1
    status: Status = "in_progress"
    text: str = ""
    is_whole: bool = True
    _cited: tuple[Citation, ...] = ()

    def item(self) -> SaidBlock:
        """As it stands."""
        return SaidBlock(text=self.text, citations=cited_results(self.text, self._cited) or None)

    def take(self, text: str) -> Events:
        """A piece of it."""
        if not self.text:
            self.index = next(self.indices)
            yield _begun(self.index, SaidBlock(text=""))
        self.text += text
        yield _new(self.index, BlockDelta(type="text_delta", text=text))

    def take_refusal(self, text: str) -> Events:
        """A piece of a refusal."""
        yield from self.take(text)

    def cite(self, cited: tuple[Citation, ...]) -> None:
        """What the text rests on, which is told with its end."""
        self._cited = cited

    def end(self, status: Status) -> Events:
        """It has come to its end."""
        self.status = status
        for page in cited_results(self.text, self._cited):
            yield _new(self.index, BlockDelta(type="citations_delta", citation=page))
        yield _ended(self.index)


@dataclass(slots=True)
class Calling:
    """A call that is written."""

    indices: Iterator[int]
    call_id: str
    index: int = -1
    status: Status = "in_progress"
    _call: CallSoFar = field(default_factory=CallSoFar)

    def item(self) -> CalledBlock:
        """As it stands."""
        return CalledBlock(id=self.call_id, name=self._call.name, input=input_of(self._call.arguments))

    def take(self, delta: ToolCallDelta) -> Events:
        """A piece of it."""
        yield from self._told(*self._call.take(delta))

    def end(self, status: Status) -> Events:
        """It has come to its end."""
        yield from self._told(*self._call.end())
        self.status = status
        yield _ended(self.index)

    @property
    def is_whole(self) -> bool:
        """Whether it may end when another one begins."""
        return self._call.is_whole

    def _told(self, begins: bool, new: str) -> Events:
        if begins:
            self.index = next(self.indices)
            yield _begun(self.index, CalledBlock(id=self.call_id, name=self._call.name, input={}))
        if new:
            yield _new(self.index, BlockDelta(type="input_json_delta", partial_json=new))


@dataclass(frozen=True, slots=True)
class MessageWriter:
    """Begins the blocks of one message; `name` is what the ids of calls have in common that were given none."""

    name: str
    _indices: Iterator[int] = field(default_factory=count)

    def thoughts(self, index: int) -> Thoughts:
        """What is thought."""
        return Thoughts(self._indices)

    def speech(self, index: int) -> Speech:
        """What is said."""
        return Speech(self._indices)

    def call(self, index: int, call_id: str | None) -> Calling:
        """A call."""
        return Calling(self._indices, call_id or f"toolu_{self.name}_{index}")


def _begun(index: int, block: AnswerBlock) -> MessageEvent:
    return MessageEvent(type="content_block_start", index=index, content_block=block)


def _new(index: int, delta: BlockDelta) -> MessageEvent:
    return MessageEvent(type="content_block_delta", index=index, delta=delta)


def _ended(index: int) -> MessageEvent:
    return MessageEvent(type="content_block_stop", index=index)
