"""Requests to speak of, and calling an asynchronous provider from a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from llm_router.adapters.providers.http_provider import HttpProtocol, HttpProvider
from llm_router.adapters.providers.wire import Wire
from llm_router.generation.chat import (
    ALIVE,
    ChatAnswer,
    ChatChunk,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    Role,
    TextPart,
    Tool,
    ToolCall,
)
from llm_router.generation.provider import Provider, ProviderFailed

T = TypeVar("T")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}'
WEATHER = Tool("get_weather", "The weather in a city.", SCHEMA)


def text(role: Role, words: str) -> ChatMessage:
    return ChatMessage(role, (TextPart(words),))


def ask(words: str = "Say hello.", **settings) -> ChatRequest:
    """A request with one message of a user."""
    return ChatRequest((text(Role.USER, words),), **settings)


def conversation() -> ChatRequest:
    """A system's text, a picture in two forms, a PDF, two calls at once and their results."""
    return ChatRequest(
        (
            text(Role.SYSTEM, "Be brief."),
            ChatMessage(
                Role.USER,
                (
                    TextPart("What is this?"),
                    ImagePart(f"data:image/png;base64,{PIXEL}"),
                    FilePart(data="data:application/pdf;base64,JVBERi0=", filename="a report.pdf"),
                ),
            ),
            ChatMessage(
                Role.ASSISTANT,
                (TextPart("I look it up."),),
                tool_calls=(
                    ToolCall("call_1", "get_weather", '{"city": "Paris"}'),
                    ToolCall("call_2", "get_weather", '{"city": "Rome"}'),
                ),
            ),
            ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id="call_1"),
            ChatMessage(Role.TOOL, (TextPart('{"sky": "blue"}'),), tool_call_id="call_2"),
            text(Role.USER, "So?"),
        ),
        tools=(WEATHER,),
    )


def run(protocol: HttpProtocol, use: Callable[[HttpProvider], Awaitable[T]], wire: Wire | None = None) -> T:
    """What `use` gets out of a provider of this protocol, over connections that are closed in the end."""
    wire = wire or Wire()

    async def main() -> T:
        return await use(HttpProvider(protocol, wire))

    with asyncio.Runner() as runner:
        try:
            return runner.run(main())
        finally:
            wire.close()


async def streamed(provider: Provider, model: str, request: ChatRequest, timeout_s: float = 5.0) -> list[ChatChunk]:
    """The chunks that say something."""
    return [chunk async for chunk in provider.stream(model, request, timeout_s) if chunk != ALIVE]


def together(chunks: list[ChatChunk]) -> ChatAnswer:
    """The answer that the chunks add up to. Checks that what may come once comes once."""
    stops = [chunk.stop for chunk in chunks if chunk.stop is not None]
    usages = [chunk.usage for chunk in chunks if chunk.usage is not None]
    assert len(stops) == 1
    assert len(usages) <= 1
    calls: dict[int, ToolCall] = {}
    for delta in (delta for chunk in chunks for delta in chunk.tool_calls):
        if delta.index not in calls:
            assert delta.id
            assert delta.name
            calls[delta.index] = ToolCall(delta.id, delta.name, "")
        known = calls[delta.index]
        calls[delta.index] = ToolCall(known.id, known.name, known.arguments + delta.arguments)
    return ChatAnswer(
        text="".join(chunk.text for chunk in chunks),
        stop=stops[0],
        tool_calls=tuple(calls[index] for index in sorted(calls)),
        usage=usages[0] if usages else None,
        refusal="".join(chunk.refusal for chunk in chunks) or None,
        reasoning="".join(chunk.reasoning for chunk in chunks) or None,
    )


async def failure(attempt: Awaitable[object]) -> ProviderFailed:
    """How an attempt fails, which it must."""
    try:
        answer = await attempt
    except ProviderFailed as failed:
        return failed
    raise AssertionError(f"did not fail: {answer}")
