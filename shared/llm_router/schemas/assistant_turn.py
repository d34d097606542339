"""A chat's messages as other protocols come to them, which tell their parts apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ValidationError

from llm_router.schemas.messages import Message, ToolCall
from llm_router.schemas.parts import Part, TextPart

_TOO_MUCH = {"content": "parts", "tool_calls": "calls", "reasoning_content": "thoughts"}
"""What a message holds where."""


def message_of(
    role: Literal["system", "user", "assistant", "tool"],
    parts: Sequence[Part],
    *,
    calls: Sequence[ToolCall] = (),
    thoughts: str | None = None,
    answers: str | None = None,
) -> Message:
    """What one side says at a stretch; `answers` is the call whose result it is.

    Raises `ValueError` for more than a message may hold.
    """
    only = parts[0] if len(parts) == 1 else None
    try:
        return Message(
            role=role,
            content=only.text if isinstance(only, TextPart) else list(parts) or None,
            tool_calls=list(calls) or None,
            tool_call_id=answers,
            reasoning_content=thoughts,
        )
    except ValidationError as wrong:
        raise ValueError(_too_much(wrong)) from None


@dataclass(slots=True)
class AssistantTurn:
    """What the assistant has thought, said and called so far."""

    thoughts: list[str] = field(default_factory=list)
    said: list[Part] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)

    def taken(self) -> Iterator[Message]:
        """Its message, of which nothing is left here; none where there were but thoughts, which are left out. Raises
        `ValueError` as `message_of` does."""
        if self.said or self.calls:
            thoughts = "\n\n".join(filter(None, self.thoughts)) or None
            yield message_of("assistant", self.said, calls=self.calls, thoughts=thoughts)
        self.thoughts, self.said, self.calls = [], [], []


def _too_much(wrong: ValidationError) -> str:
    """What there is more of at a stretch than a message may hold."""
    places = {problem["loc"][0] for problem in wrong.errors(include_url=False, include_input=False)}
    what = " and ".join(words for name, words in _TOO_MUCH.items() if name in places)
    return f"holds more {what or 'of one side'} at a stretch than a message may"
