"""The walk along scripted providers, on a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import BudgetExceeded, RouterError, TooDear
from llm_router.generation.attempt import Attempt
from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest, StopReason
from llm_router.generation.cooling import Cooling
from llm_router.generation.limit import Limit
from llm_router.generation.provider import Failure, Provider, ProviderFailed
from llm_router.generation.walk import Reached, Terms, Walk
from tests.support.clock import FakeClock
from tests.support.models import model

Does = Failure | Exception | None
"""What a model does: fails in some way, or answers."""

A1, A2, A3 = (model(name, provider="a") for name in ("one", "two", "three"))
B1 = model("one", provider="b")


class Scripted:
    """Providers by model: each model does one thing, and takes its time on the clock."""

    def __init__(self, clock: FakeClock, does: Mapping[str, Does], takes_s: float = 0.0) -> None:
        self.clock, self.does, self.takes_s = clock, dict(does), takes_s
        self.limits: list[float] = []

    def find(self, provider: str) -> Provider | None:
        return self

    def why_not(self, provider: str) -> str | None:
        return None

    def withheld(self, provider: str, model: str) -> str | None:
        return None

    def begun(self) -> dict[str, str | None]:
        return {}

    def is_demo(self, provider: str) -> bool:
        return False

    def close(self) -> None: ...

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        self.limits.append(timeout_s)
        self.clock.pass_seconds(min(self.takes_s, timeout_s))
        found = self.does.get(model)
        if isinstance(found, Failure):
            raise ProviderFailed(found)
        if found is not None:
            raise found
        return ChatAnswer(model, StopReason.STOP)

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        answer = await self.complete(model, request, timeout_s)
        yield ChatChunk(text=answer.text)
        yield ChatChunk(stop=answer.stop)


class World:
    def __init__(self, does: Mapping[str, Does] | None = None, takes_s: float = 0.0) -> None:
        self.clock = FakeClock()
        self.providers = Scripted(self.clock, does or {}, takes_s)
        self.cooling = Cooling(self.clock)
        self.heard: list[Attempt] = []
        self.dropped: list[Attempt] = []
        self.warned: list[str] = []
        self.takes_s: Callable[[ModelEntry], float] = lambda _: 0.0
        self.named = False
        self.too_dear: set[str] = set()
        self.unwanted: dict[str, float] = {}
        self.affords: Callable[[ModelEntry, ModelEntry, float], bool] = lambda *_: True

    def terms(self, seconds: float = 25.0) -> Terms:
        async def tell(attempt: Attempt) -> None:
            self.heard.append(attempt)

        async def cover(model: ModelEntry) -> None:
            if model.id in self.too_dear:
                raise BudgetExceeded("Too dear.")
            if model.id in self.unwanted:
                raise TooDear("More than is wanted.", (), self.unwanted[model.id])

        until = self.clock.monotonic() + seconds
        return Terms(until, tell, self.dropped.append, self.takes_s, self.named, cover, self.affords)

    def walk(self, *models: ModelEntry, seconds: float = 25.0) -> Reached[ChatAnswer]:
        async def ask(provider: Provider, model: ModelEntry, limit: Limit) -> ChatAnswer:
            return await provider.complete(model.id, ChatRequest(()), limit.seconds)

        walk = Walk(self.providers, self.cooling, self.clock, self.warned.append)
        reached = asyncio.run(walk.first(models, ask, self.terms(seconds)))
        self.cooling.succeeded(reached.model)  # as whoever takes the answer says when it is whole
        return reached

    def error(self, *models: ModelEntry, seconds: float = 25.0) -> RouterError:
        with pytest.raises(RouterError) as raised:
            self.walk(*models, seconds=seconds)
        return raised.value


def tried(reached: Reached[ChatAnswer]) -> list[tuple[str, str]]:
    return [(attempt.model, attempt.outcome) for attempt in reached.attempts]
