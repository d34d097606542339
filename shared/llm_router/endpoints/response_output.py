"""What a response holds so far, from the pieces of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from llm_router.endpoints.response_items import Calling, Events, Place, Speech, Thoughts, Writing
from llm_router.generation.chat import ChatChunk, Citation, StopReason, ToolCallDelta
from llm_router.schemas.responses_answer import ItemStatus, OutputItem, item_status


@dataclass(slots=True)
class Output:
    """Items in the order in which they began. One ends when the next begins; a call stays open beside others until it
    is whole. `name` is what their ids have in common."""

    name: str
    stop: StopReason | None = None
    _written: list[Writing] = field(default_factory=list)
    _calls: dict[int, Calling] = field(default_factory=dict)
    _cited: tuple[Citation, ...] = ()

    def items(self) -> list[OutputItem]:
        """As they stand."""
        return [each.item() for each in self._written]

    def take(self, chunk: ChatChunk) -> Events:
        """The events of the next piece."""
        self.stop = chunk.stop or self.stop
        self._cited = chunk.citations or self._cited
        if chunk.reasoning:
            yield from self._thought(chunk.reasoning)
        if chunk.text or chunk.refusal:
            yield from self._said(chunk)
        for delta in chunk.tool_calls:
            yield from self._called(delta)

    def end(self) -> Events:
        """The events of its end, as far as it has come. Where the model was stopped, its last item is not whole, nor is
        a call before it that was left open."""
        status = item_status(self.stop)
        for each in self._open():
            is_cut = each is self._written[-1] or (isinstance(each, Calling) and not each.is_whole)
            yield from self._ended(each, status if is_cut else "completed")

    def break_off(self) -> None:
        """Nothing more comes, though it has not ended."""
        for each in self._open():
            each.status = "incomplete"

    def _thought(self, text: str) -> Events:
        last = self._written[-1] if self._written else None
        if not isinstance(last, Thoughts):
            yield from self._settled()
            last = Thoughts(self._place("rs"))
            self._written.append(last)
        yield from last.take(text)

    def _said(self, chunk: ChatChunk) -> Events:
        last = self._written[-1] if self._written else None
        if not isinstance(last, Speech):
            yield from self._settled()
            last = Speech(self._place("msg"))
            self._written.append(last)
        if chunk.text:
            yield from last.take(chunk.text)
        if chunk.refusal:
            last.cite(self._cited)
            yield from last.take_refusal(chunk.refusal)

    def _called(self, delta: ToolCallDelta) -> Events:
        call = self._calls.get(delta.index)
        if call is None:
            yield from self._settled()
            place = self._place("fc")
            call = self._calls[delta.index] = Calling(place, delta.id or place.id)
            self._written.append(call)
        if call.status == "in_progress":  # behind its end there is nothing but blanks
            yield from call.take(delta)

    def _settled(self) -> Events:
        """The end of what is open, but for calls that may go on beside the next item."""
        for each in self._open():
            if not isinstance(each, Calling) or each.is_whole:
                yield from self._ended(each, "completed")

    def _ended(self, each: Writing, status: ItemStatus) -> Events:
        if isinstance(each, Speech):
            each.cite(self._cited)
        yield from each.end(status)

    def _open(self) -> list[Writing]:
        return [each for each in self._written if each.status == "in_progress"]

    def _place(self, kind: str) -> Place:
        index = len(self._written)
        return Place(f"{kind}_{self.name}_{index}", index)
