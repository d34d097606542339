"""What a model has written so far, as far as a bill and an outcome need it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.bill import AnswerSeen, Bill
from llm_router.generation.chat import ChatAnswer, ChatChunk, Usage
from llm_router.generation.job import Job
from llm_router.generation.stops import Chunks


def _untimed() -> float:
    return 0.0


@dataclass(slots=True)
class Written:
    """All its words, calls among them, and its thoughts; what the provider counted in the end, and `so_far`. It begins
    when the model is asked, by the clock `now`."""

    words: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    usage: Usage | None = None
    so_far: Usage | None = None
    now: Callable[[], float] = _untimed
    _asked: float = field(init=False)
    _first_word: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._asked = self.now()

    @classmethod
    def whole(cls, answer: ChatAnswer) -> Written:
        """Of a whole answer."""
        words = [answer.text, answer.refusal or "", *(call.arguments for call in answer.tool_calls)]
        return cls(words, [answer.reasoning or ""], answer.usage)

    @property
    def anything(self) -> bool:
        """Whether anything was read at all."""
        return self.counted or any(self.words) or any(self.thoughts)

    def take(self, chunk: ChatChunk) -> None:
        """One more piece of a stream."""
        if self._first_word is None and (chunk.text or chunk.refusal or chunk.tool_calls):
            self._first_word = self.now()
        self.words += [chunk.text, chunk.refusal, *(delta.arguments for delta in chunk.tool_calls)]
        if chunk.reasoning:
            self.thoughts.append(chunk.reasoning)
        self.usage = chunk.usage or self.usage
        self.so_far = chunk.so_far or self.so_far

    async def taking(self, pieces: Chunks) -> Chunks:
        """The pieces of a stream, each taken."""
        async with aclosing(pieces):
            async for piece in pieces:
                self.take(piece)
                yield piece

    def bill(self, job: Job, model: ModelEntry) -> Bill:
        """What it costs that the model has written this."""
        until = self.now() if self._first_word is None else self._first_word
        words, thoughts = "".join(self.words), "".join(self.thoughts)
        return Bill.of(job, model, self.usage, AnswerSeen(words, thoughts, self.so_far, until - self._asked))

    def unseen(self, bill: Bill) -> int | None:
        """Tokens of its bill that were thought before the first piece and took no time of the writing; None where they
        were thought within it and nobody has counted them."""
        thought = bill.usage.reasoning_tokens
        if not any(self.thoughts):
            return thought
        return 0 if self.counted or not thought else None

    @property
    def counted(self) -> bool:
        """Whether its provider has told how much it has written."""
        return self.usage is not None or (self.so_far is not None and self.so_far.completion_tokens > 0)
