"""What a stream has brought so far, as far as a bill and an outcome need it."""

from __future__ import annotations

from dataclasses import dataclass, field

from llm_router.generation.chat import ChatChunk, Usage
from llm_router.generation.provider import Failure, ProviderFailed


@dataclass(slots=True)
class Written:
    """The text of all its pieces, whether thoughts were among them, what the provider counted, and whether it ended."""

    first_ms: float
    text: list[str] = field(default_factory=list)
    thought: bool = False
    usage: Usage | None = None
    stopped: bool = False

    def take(self, chunk: ChatChunk) -> None:
        """One more piece."""
        self.text += [chunk.text, chunk.refusal, chunk.reasoning, *(delta.arguments for delta in chunk.tool_calls)]
        self.thought = self.thought or bool(chunk.reasoning)
        self.usage = chunk.usage or self.usage
        self.stopped = self.stopped or chunk.stop is not None

    def must_have_stopped(self) -> None:
        """Raises `ProviderFailed` for a stream that ended without saying why."""
        if not self.stopped:
            raise ProviderFailed(Failure.GARBAGE)
