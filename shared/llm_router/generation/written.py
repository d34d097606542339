"""What a model has written so far, as far as a bill and an outcome need it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ChatAnswer, ChatChunk, Usage
from llm_router.generation.job import Job
from llm_router.generation.stops import Chunks


@dataclass(slots=True)
class Written:
    """All its text, whether thoughts were among it, and what the provider counted."""

    text: list[str] = field(default_factory=list)
    thought: bool = False
    usage: Usage | None = None

    @classmethod
    def whole(cls, answer: ChatAnswer) -> Written:
        """Of a whole answer."""
        said = [answer.text, answer.refusal or "", answer.reasoning or ""]
        return cls([*said, *(call.arguments for call in answer.tool_calls)], bool(answer.reasoning), answer.usage)

    @property
    def anything(self) -> bool:
        """Whether anything was read at all."""
        return self.usage is not None or any(self.text)

    def take(self, chunk: ChatChunk) -> None:
        """One more piece of a stream."""
        self.text += [chunk.text, chunk.refusal, chunk.reasoning, *(delta.arguments for delta in chunk.tool_calls)]
        self.thought = self.thought or bool(chunk.reasoning)
        self.usage = chunk.usage or self.usage

    async def taking(self, pieces: Chunks) -> Chunks:
        """The pieces of a stream, each taken."""
        async with aclosing(pieces):
            async for piece in pieces:
                self.take(piece)
                yield piece

    def bill(self, job: Job, model: ModelEntry) -> Bill:
        """What it costs that the model has written this."""
        return Bill.of(job, model, self.usage, "".join(self.text), thoughts_seen=self.thought)
