"""What an answer holds so far, from its pieces, for the protocols that tell it item by item."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from llm_router.endpoints.writing import Call, Speech, Status, Thoughts, Writer, Writing
from llm_router.generation.chat import ChatAnswer, ChatChunk, Citation, StopReason, ToolCallDelta
from llm_router.generation.gathered import pieces_of

Event = TypeVar("Event")
Item = TypeVar("Item")
_CUT = frozenset({StopReason.LENGTH, StopReason.CONTENT_FILTER})
"""Why a model was stopped before it had said all."""


@dataclass(slots=True)
class Output(Generic[Event, Item]):
    """Items in the order in which they began. One ends when the next begins; a call stays open beside others until it
    is whole. `stopped_at` is the caller's own stop that ended it all."""

    writer: Writer[Event, Item]
    tells_thoughts: bool = True
    stop: StopReason | None = None
    stopped_at: str | None = None
    refused: bool = False
    _written: list[Writing[Event, Item]] = field(default_factory=list)
    _thoughts: Thoughts[Event, Item] | None = None
    _speech: Speech[Event, Item] | None = None
    _calls: dict[int, Call[Event, Item]] = field(default_factory=dict)
    _cited: tuple[Citation, ...] = ()
    _told: set[Citation] = field(default_factory=set)
    """What speech that has ended rests on."""
    _length: int = 0
    """Of all text so far."""
    _before: int = 0
    """Of the text before what is said now."""

    def items(self) -> list[Item]:
        """As they stand."""
        return [each.item() for each in self._written]

    def whole(self, answer: ChatAnswer) -> list[Item]:
        """The items of a whole answer; nobody hears of what comes on the way to them."""
        for piece in pieces_of(answer):
            deque(self.take(piece), maxlen=0)
        deque(self.end(), maxlen=0)
        return self.items()

    def take(self, chunk: ChatChunk) -> Iterator[Event]:
        """The events of the next piece."""
        self.stop = chunk.stop or self.stop
        self.stopped_at = chunk.stopped_at or self.stopped_at
        self._cited = chunk.citations or self._cited
        if chunk.reasoning and self.tells_thoughts:
            yield from self._thought(chunk.reasoning)
        if chunk.text or chunk.refusal:
            yield from self._said(chunk)
        for delta in chunk.tool_calls:
            yield from self._called(delta)

    def end(self) -> Iterator[Event]:
        """The events of its end, as far as it has come. Where the model was stopped, or nobody knows why it ended, its
        last item is not whole, nor is a call before it that was left open."""
        status: Status = "incomplete" if self.stop is None or self.stop in _CUT else "completed"
        for each in self._open():
            is_cut = each is self._written[-1] or not each.is_whole
            yield from self._ended(each, status if is_cut else "completed")

    def break_off(self) -> None:
        """Nothing more comes, though it has not ended."""
        for each in self._open():
            each.status = "incomplete"

    @property
    def calls(self) -> bool:
        """Whether it calls tools."""
        return bool(self._calls)

    def _thought(self, text: str) -> Iterator[Event]:
        thoughts = self._thoughts
        if thoughts is None or thoughts is not self._written[-1]:
            yield from self._settled()
            thoughts = self._thoughts = self.writer.thoughts(len(self._written))
            self._written.append(thoughts)
        yield from thoughts.take(text)

    def _said(self, chunk: ChatChunk) -> Iterator[Event]:
        speech = self._speech
        if speech is None or speech is not self._written[-1]:
            yield from self._settled()
            speech = self._speech = self.writer.speech(len(self._written))
            self._written.append(speech)
            self._before = self._length
        self._length += len(chunk.text)
        if chunk.text:
            yield from speech.take(chunk.text)
        if chunk.refusal:
            self.refused = True
            speech.cite(self._rests_on())
            yield from speech.take_refusal(chunk.refusal)

    def _called(self, delta: ToolCallDelta) -> Iterator[Event]:
        call = self._calls.get(delta.index)
        if call is None:
            yield from self._settled()
            call = self._calls[delta.index] = self.writer.call(len(self._written), delta.id)
            self._written.append(call)
        if call.status == "in_progress":  # behind its end there is nothing but blanks
            yield from call.take(delta)

    def _settled(self) -> Iterator[Event]:
        """The end of what is open, but for calls that may go on beside the next item."""
        for each in self._open():
            if each.is_whole:
                yield from self._ended(each, "completed")

    def _ended(self, each: Writing[Event, Item], status: Status) -> Iterator[Event]:
        if self._speech is not None and each is self._speech:
            self._speech.cite(self._rests_on())
            self._told.update(self._cited)
        yield from each.end(status)

    def _rests_on(self) -> tuple[Citation, ...]:
        """What the speech that is open rests on, by the places in its own text. Of what is first told of after the text
        that it is cited in has ended, the place is told no more."""
        new = (each for each in self._cited if each not in self._told)
        return tuple(_moved(each, self._before) for each in new)

    def _open(self) -> list[Writing[Event, Item]]:
        return [each for each in self._written if each.status == "in_progress"]


def _moved(cited: Citation, before: int) -> Citation:
    """The citation by its place in a text that has so much before it; by none where it is in that."""
    if not before or not cited.end:
        return cited
    start, end = cited.start - before, cited.end - before
    return replace(cited, start=start, end=end) if start >= 0 else replace(cited, start=0, end=0)
