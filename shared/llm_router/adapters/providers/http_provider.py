"""A provider behind HTTP: a protocol says what is sent and what it means, the wire carries it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.inside import must_not_look_inside
from llm_router.adapters.providers.tool_names import ToolNames
from llm_router.adapters.providers.wire import Post, Wire
from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed

LAST_BYTES_WITHIN_S = 0.1
"""After a stream's end mark the connection's own end is waited for no longer, so that it can be used again."""


class StreamReader(Protocol):
    """Turns one stream's events into chunks. `ended` is true once the protocol's end mark has come.

    `finish` gives the last chunk where the connection's end in good order may be the mark, or raises `ProviderFailed`.
    """

    @property
    def ended(self) -> bool: ...

    def take(self, event: ServerEvent) -> Iterable[ChatChunk]: ...

    def finish(self) -> ChatChunk: ...


class HttpProtocol(Protocol):
    """One provider's way of speaking. Raises nothing but `ProviderFailed`. Tools have names there that match
    `tool_names`."""

    tool_names: ClassVar[re.Pattern[str]]

    async def post(self, model: str, request: ChatRequest, *, stream: bool) -> Post: ...

    def answer(self, request: ChatRequest, body: bytes) -> ChatAnswer: ...

    def reader(self, request: ChatRequest) -> StreamReader: ...


@dataclass(frozen=True, slots=True)
class HttpProvider:
    """A `Provider`."""

    protocol: HttpProtocol
    wire: Wire

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        names = self._names(request)
        request = names.sent(request)
        try:
            async with asyncio.timeout(timeout_s):
                post = await self._post(model, request, stream=False)
                received = await self.wire.answer(post)
        except TimeoutError:
            raise ProviderFailed(Failure.TIMEOUT) from None
        return names.answer(self.protocol.answer(request, received))

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncGenerator[ChatChunk]:
        async with contextlib.aclosing(self._chunks(model, request)) as chunks:
            while True:
                try:
                    async with asyncio.timeout(timeout_s):
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise ProviderFailed(Failure.TIMEOUT) from None
                yield chunk

    def _names(self, request: ChatRequest) -> ToolNames:
        return ToolNames.of(request, self.protocol.tool_names)

    async def _post(self, model: str, request: ChatRequest, *, stream: bool) -> Post:
        post = await self.protocol.post(model, request, stream=stream)
        must_not_look_inside(post.url, request)
        return post

    async def _chunks(self, model: str, request: ChatRequest) -> AsyncGenerator[ChatChunk]:
        """The chunks, and `ALIVE` for every event that gives none, such as a ping while a long argument is written."""
        names = self._names(request)
        request = names.sent(request)
        post = await self._post(model, request, stream=True)
        reader = self.protocol.reader(request)
        async with contextlib.aclosing(self.wire.events(post)) as events:
            async for event in events:
                silent = True
                for chunk in names.chunks(reader.take(event)):
                    silent = False
                    yield chunk
                if reader.ended:
                    with contextlib.suppress(TimeoutError, ProviderFailed, StopAsyncIteration):
                        async with asyncio.timeout(LAST_BYTES_WITHIN_S):
                            await anext(events)
                    return
                if silent:
                    yield ALIVE
        yield reader.finish()


class Received(BaseModel):
    """What a provider sends, as far as it is used; whatever else it sends is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


R = TypeVar("R", bound=Received)


def read(shape: type[R], received: bytes) -> R:
    """What was received, in its shape. Raises `ProviderFailed` without a word of it."""
    try:
        return shape.model_validate_json(received)
    except ValidationError:
        raise ProviderFailed(Failure.GARBAGE) from None


def read_error(shape: type[R], received: bytes) -> R:
    """What the body of an error says, in its shape; one that says nothing where it is not of that shape."""
    try:
        return read(shape, received)
    except ProviderFailed:
        return shape()
