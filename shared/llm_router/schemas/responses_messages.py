"""The messages of a chat that a Responses request's input comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llm_router.schemas.assistant_turn import AssistantTurn
from llm_router.schemas.messages import Message
from llm_router.schemas.responses_items import (
    FunctionCallItem,
    FunctionCallOutput,
    Item,
    MessageItem,
    ReasoningItem,
    parts_of,
)

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
    turn = AssistantTurn()
    for item in items:
        if isinstance(item, FunctionCallOutput) or (isinstance(item, MessageItem) and item.role != "assistant"):
            yield from turn.taken()
            yield item.message()
            continue
        if _ends_before(turn, item):
            yield from turn.taken()
        _take(turn, item)
    yield from turn.taken()


def _ends_before(turn: AssistantTurn, item: _Own) -> bool:
    """Whether this begins the next message. Behind calls it does not: what comes next answers them."""
    return bool(turn.said) and not turn.calls and not isinstance(item, FunctionCallItem)


def _take(turn: AssistantTurn, item: _Own) -> None:
    if isinstance(item, FunctionCallItem):
        turn.calls.append(item.call())
    elif isinstance(item, ReasoningItem):
        turn.thoughts.append(item.text)
    else:
        turn.said += parts_of(item.content)
