"""The items of a response while they are written, each with the events that tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from llm_router.endpoints.call_so_far import CallSoFar
from llm_router.generation.chat import Citation, ToolCallDelta
from llm_router.schemas.responses_answer import (
    ItemStatus,
    OutputCall,
    OutputItem,
    OutputMessage,
    OutputReasoning,
    OutputRefusal,
    OutputText,
    SummaryText,
    cited_pages,
)
from llm_router.schemas.responses_event import ResponseEvent as Event

Events = Iterator[Event]


@dataclass(slots=True)
class Place:
    """Where in the output an item stands, and its id."""

    id: str
    index: int

    def of(self, event: Event, content: int | None = None, summary: int | None = None) -> Event:
        """The event as one of this item, or of a part of it."""
        event.item_id, event.output_index = self.id, self.index
        event.content_index, event.summary_index = content, summary
        return event

    def added(self, item: OutputItem) -> Event:
        """That it has begun."""
        return Event(type="response.output_item.added", output_index=self.index, item=item)

    def done(self, item: OutputItem) -> Event:
        """That nothing more comes of it."""
        return Event(type="response.output_item.done", output_index=self.index, item=item)


@dataclass(slots=True)
class Thoughts:
    """What is thought at a stretch."""

    place: Place
    status: ItemStatus = "in_progress"
    text: str = ""
    is_whole: bool = True

    def item(self) -> OutputReasoning:
        """As it stands."""
        summary = [SummaryText(text=self.text)] if self.text else []
        return OutputReasoning(id=self.place.id, status=self.status, summary=summary)

    def take(self, text: str) -> Events:
        """A piece of it."""
        if not self.text:
            yield self.place.added(self.item())
            begun = Event(type="response.reasoning_summary_part.added", part=SummaryText(text=""))
            yield self.place.of(begun, summary=0)
        self.text += text
        yield self.place.of(Event(type="response.reasoning_summary_text.delta", delta=text), summary=0)

    def end(self, status: ItemStatus) -> Events:
        """It has come to its end."""
        self.status = status
        yield self.place.of(Event(type="response.reasoning_summary_text.done", text=self.text), summary=0)
        whole = SummaryText(text=self.text)
        yield self.place.of(Event(type="response.reasoning_summary_part.done", part=whole), summary=0)
        yield self.place.done(self.item())


@dataclass(slots=True)
class Speech:
    """What is said at a stretch: text, a refusal, or one behind the other."""

    place: Place
    status: ItemStatus = "in_progress"
    parts: list[OutputText | OutputRefusal] = field(default_factory=list)
    is_whole: bool = True

    def item(self) -> OutputMessage:
        """As it stands."""
        return OutputMessage(id=self.place.id, status=self.status, content=list(self.parts))

    def take(self, text: str) -> Events:
        """A piece of its text."""
        part = self.parts[-1] if self.parts else None
        if not isinstance(part, OutputText):
            part = OutputText(text="")
            yield from self._begun(part)
        part.text += text
        yield self._of(Event(type="response.output_text.delta", delta=text, logprobs=[]))

    def take_refusal(self, text: str) -> Events:
        """A piece of its refusal."""
        part = self.parts[-1] if self.parts else None
        if not isinstance(part, OutputRefusal):
            part = OutputRefusal(refusal="")
            yield from self._begun(part)
        part.refusal += text
        yield self._of(Event(type="response.refusal.delta", delta=text))

    def end(self, status: ItemStatus) -> Events:
        """It has come to its end."""
        self.status = status
        yield from self._part_done()
        yield self.place.done(self.item())

    def cite(self, cited: tuple[Citation, ...]) -> None:
        """What the text that is open rests on, which is told with its end."""
        part = self.parts[-1] if self.parts else None
        if isinstance(part, OutputText):
            part.annotations = cited_pages(cited)

    def _begun(self, part: OutputText | OutputRefusal) -> Events:
        if self.parts:
            yield from self._part_done()
        else:
            yield self.place.added(self.item())
        self.parts.append(part)
        yield self._of(Event(type="response.content_part.added", part=part.model_copy()))

    def _part_done(self) -> Events:
        part = self.parts[-1]
        if isinstance(part, OutputRefusal):
            yield self._of(Event(type="response.refusal.done", refusal=part.refusal))
        else:
            for number, page in enumerate(part.annotations):
                told = Event(type="response.output_text.annotation.added", annotation=page, annotation_index=number)
                yield self._of(told)
            yield self._of(Event(type="response.output_text.done", text=part.text, logprobs=[]))
        yield self._of(Event(type="response.content_part.done", part=part))

    def _of(self, event: Event) -> Event:
        return self.place.of(event, content=len(self.parts) - 1)


@dataclass(slots=True)
class Calling:
    """A call that is written."""

    place: Place
    call_id: str
    status: ItemStatus = "in_progress"
    _call: CallSoFar = field(default_factory=CallSoFar)

    def item(self) -> OutputCall:
        """As it stands."""
        return OutputCall(
            id=self.place.id,
            status=self.status,
            call_id=self.call_id,
            name=self._call.name,
            arguments=self._call.arguments if self._call.told else "",
        )

    def take(self, delta: ToolCallDelta) -> Events:
        """A piece of it."""
        yield from self._told(*self._call.take(delta))

    def end(self, status: ItemStatus) -> Events:
        """It has come to its end. One that was given nothing, and is whole, is told an object without a field."""
        begins, new = self._call.end()
        if status == "completed" and not self._call.arguments.strip():
            self._call.arguments, new = self._call.arguments + "{}", new + "{}"
        yield from self._told(begins, new)
        self.status = status
        name, arguments = self._call.name, self._call.arguments
        yield self.place.of(Event(type="response.function_call_arguments.done", name=name, arguments=arguments))
        yield self.place.done(self.item())

    @property
    def is_whole(self) -> bool:
        """Whether it may end when another one begins."""
        return self._call.is_whole

    def _told(self, begins: bool, new: str) -> Events:
        if begins:
            begun = self.item()
            begun.arguments = ""
            yield self.place.added(begun)
        if new:
            yield self.place.of(Event(type="response.function_call_arguments.delta", delta=new))


@dataclass(frozen=True, slots=True)
class ResponseWriter:
    """Begins the items of one response; `name` is what their ids have in common."""

    name: str

    def thoughts(self, index: int) -> Thoughts:
        """What is thought."""
        return Thoughts(self._place("rs", index))

    def speech(self, index: int) -> Speech:
        """What is said."""
        return Speech(self._place("msg", index))

    def call(self, index: int, call_id: str | None) -> Calling:
        """A call."""
        place = self._place("fc", index)
        return Calling(place, call_id or place.id)

    def _place(self, kind: str, index: int) -> Place:
        return Place(f"{kind}_{self.name}_{index}", index)
