"""The items of an answer while they are written, as every protocol that tells of items has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol, TypeVar

from llm_router.generation.chat import Citation, ToolCallDelta

Event_co = TypeVar("Event_co", covariant=True)
Item_co = TypeVar("Item_co", covariant=True)
Status = Literal["in_progress", "completed", "incomplete"]


class Writing(Protocol[Event_co, Item_co]):
    """An item while it is written, each step with the events that tell of it."""

    status: Status

    @property
    def is_whole(self) -> bool:
        """Whether it may end when another one begins."""
        ...

    def item(self) -> Item_co:
        """As it stands."""
        ...

    def end(self, status: Status) -> Iterator[Event_co]:
        """It has come to its end."""
        ...


class Thoughts(Writing[Event_co, Item_co], Protocol[Event_co, Item_co]):
    """What is thought at a stretch."""

    def take(self, text: str) -> Iterator[Event_co]:
        """A piece of it."""
        ...


class Speech(Writing[Event_co, Item_co], Protocol[Event_co, Item_co]):
    """What is said at a stretch: text, a refusal, or one behind the other."""

    def take(self, text: str) -> Iterator[Event_co]:
        """A piece of its text."""
        ...

    def take_refusal(self, text: str) -> Iterator[Event_co]:
        """A piece of its refusal."""
        ...

    def cite(self, cited: tuple[Citation, ...]) -> None:
        """What the text so far rests on, which is told with its end."""
        ...


class Call(Writing[Event_co, Item_co], Protocol[Event_co, Item_co]):
    """A call of a tool."""

    def take(self, delta: ToolCallDelta) -> Iterator[Event_co]:
        """A piece of it."""
        ...


class Writer(Protocol[Event_co, Item_co]):
    """Begins the items of one protocol. `index` tells them apart, in the order in which they began, though one that is
    not told of yet may be told of after the next."""

    def thoughts(self, index: int) -> Thoughts[Event_co, Item_co]: ...

    def speech(self, index: int) -> Speech[Event_co, Item_co]: ...

    def call(self, index: int, call_id: str | None) -> Call[Event_co, Item_co]: ...
