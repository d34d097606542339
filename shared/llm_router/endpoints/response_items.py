"""The items of a response while they are written, each with the events that tell of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

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
    """A call that is written. It begins with its name, whatever it is given before."""

    place: Place
    call_id: str
    status: ItemStatus = "in_progress"
    name: str = ""
    arguments: str = ""
    _told: bool = False

    def item(self) -> OutputCall:
        """As it stands."""
        return OutputCall(
            id=self.place.id,
            status=self.status,
            call_id=self.call_id,
            name=self.name,
            arguments=self.arguments if self._told else "",
        )

    def take(self, delta: ToolCallDelta) -> Events:
        """A piece of it."""
        self.name = self.name or delta.name or ""
        new = delta.arguments
        if self.name and not self._told:
            yield self.place.added(self.item())
            self._told, new = True, self.arguments + delta.arguments
        self.arguments += delta.arguments
        if self._told and new:
            yield self.place.of(Event(type="response.function_call_arguments.delta", delta=new))

    def end(self, status: ItemStatus) -> Events:
        """It has come to its end. One that was given nothing, and is whole, is told an object without a field."""
        new = "" if self._told else self.arguments
        if not self._told:
            yield self.place.added(self.item())
            self._told = True
        if status == "completed" and not self.arguments.strip():
            self.arguments, new = self.arguments + "{}", new + "{}"
        if new:
            yield self.place.of(Event(type="response.function_call_arguments.delta", delta=new))
        self.status = status
        done = Event(type="response.function_call_arguments.done", name=self.name, arguments=self.arguments)
        yield self.place.of(done)
        yield self.place.done(self.item())

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are an object already: those of a call whose pieces mix with the next one's are not."""
        try:
            return self._told and isinstance(json.loads(self.arguments), dict)
        except (ValueError, RecursionError):  # what is nested beyond reading is none that anybody can call with
            return False


Writing = Thoughts | Speech | Calling
