"""Providers that do what they are told to, for tests of what is built on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.provider import Failure, ProviderFailed

USAGE = Usage(prompt_tokens=10, completion_tokens=5, cached_tokens=2)


@dataclass
class FakeProvider:
    """Answers `text`, or fails; `breaks_after` lets a stream fail after so many pieces, `hangs` never answers."""

    text: str = "Hello there, friend."
    fails: ProviderFailed | None = None
    breaks_after: int | None = None
    hangs: bool = False
    calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = USAGE
    asked: list[tuple[str, ChatRequest]] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        await self._begin(model, request)
        stop = StopReason.TOOL_CALLS if self.calls else StopReason.STOP
        return ChatAnswer("" if self.calls else self.text, stop, self.calls, self.usage)

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        await self._begin(model, request)
        for index, call in enumerate(self.calls):
            yield ChatChunk(tool_calls=(ToolCallDelta(index, call.id, call.name, call.arguments),))
        for place, word in enumerate([] if self.calls else self.text.split(" ")):
            if place == self.breaks_after:
                raise ProviderFailed(Failure.UNREACHABLE)
            yield ChatChunk(text=word if place == 0 else f" {word}")
        yield ChatChunk(stop=StopReason.TOOL_CALLS if self.calls else StopReason.STOP)
        yield ChatChunk(usage=self.usage)

    async def _begin(self, model: str, request: ChatRequest) -> None:
        self.asked.append((model, request))
        self.during()
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails


@dataclass
class FakeProviders:
    """`default` stands for every provider that `by_name` does not hold; without it those are not configured."""

    default: FakeProvider | None = field(default_factory=FakeProvider)
    by_name: dict[str, FakeProvider] = field(default_factory=dict)

    def find(self, provider: str) -> FakeProvider | None:
        return self.by_name.get(provider, self.default)

    def why_not(self, provider: str) -> str | None:
        return None if self.find(provider) else f"{provider.upper()}_API_KEY is not set"

    def withheld(self, provider: str, model: str) -> str | None:
        return None

    def begun(self) -> dict[str, str | None]:
        return dict.fromkeys(self.by_name)

    def is_demo(self, provider: str) -> bool:
        return False

    def close(self) -> None: ...
