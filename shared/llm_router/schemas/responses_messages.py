"""The messages of a chat that a Responses request's input comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from llm_router.schemas.messages import Message, ToolCall
from llm_router.schemas.parts import Part, TextPart
from llm_router.schemas.responses_items import (
    FunctionCallItem,
    FunctionCallOutput,
    Item,
    MessageItem,
    ReasoningItem,
    parts_of,
)

_TOO_MUCH = {"content": "parts", "tool_calls": "calls", "reasoning_content": "thoughts"}
"""What a message holds where."""
_Own = MessageItem | FunctionCallItem | ReasoningItem
"""What may be the assistant's."""


class Said(list[Item]):
    """The items of an input, and the `messages` that they come to, which are made once: for the check that they are a
    chat, and to be asked."""

    def __init__(self, said: str | Sequence[Item]) -> None:
        """Raises `ValueError` for a stretch of the assistant's that is more than a message may hold."""
        super().__init__([MessageItem(role="user", content=said)] if isinstance(said, str) else said)
        self.messages = list(_messages(self))


def _messages(items: Sequence[Item]) -> Iterator[Message]:
    """What the assistant thinks, says and calls at a stretch is one message."""
    turn = _Turn()
    for item in items:
        if isinstance(item, FunctionCallOutput) or (isinstance(item, MessageItem) and item.role != "assistant"):
            yield from turn.taken()
            yield item.message()
            continue
        if turn.ends_before(item):
            yield from turn.taken()
        turn.take(item)
    yield from turn.taken()


@dataclass(slots=True)
class _Turn:
    """What the assistant has thought, said and called so far."""

    thoughts: list[str] = field(default_factory=list)
    said: list[Part] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)

    def ends_before(self, item: _Own) -> bool:
        """Whether this begins the next message. Behind calls it does not: what comes next answers them."""
        return bool(self.said) and not self.calls and not isinstance(item, FunctionCallItem)

    def take(self, item: _Own) -> None:
        if isinstance(item, FunctionCallItem):
            self.calls.append(item.call())
        elif isinstance(item, ReasoningItem):
            self.thoughts.append(item.text)
        else:
            self.said += parts_of(item.content)

    def taken(self) -> Iterator[Message]:
        """Its message, of which nothing is left here; none where there were but thoughts, which are left out."""
        if self.said or self.calls:
            only = self.said[0] if len(self.said) == 1 else None
            try:
                message = Message(
                    role="assistant",
                    content=only.text if isinstance(only, TextPart) else self.said or None,
                    tool_calls=self.calls or None,
                    reasoning_content="\n\n".join(filter(None, self.thoughts)) or None,
                )
            except ValidationError as wrong:
                raise ValueError(_too_much(wrong)) from None
            yield message
        self.thoughts, self.said, self.calls = [], [], []


def _too_much(wrong: ValidationError) -> str:
    """What the assistant does more of at a stretch than a message may hold."""
    places = {problem["loc"][0] for problem in wrong.errors(include_url=False, include_input=False)}
    what = " and ".join(words for name, words in _TOO_MUCH.items() if name in places)
    return f"holds more {what or 'of the assistant'} at a stretch than a message may"
