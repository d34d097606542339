"""Anthropic's Messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from llm_router.adapters.providers import anthropic_answer, anthropic_request, json_tool
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.wire import Post
from llm_router.generation.chat import ChatAnswer, ChatRequest

VERSION = "2023-06-01"


@dataclass(frozen=True, slots=True)
class AnthropicMessages:
    """An `HttpProtocol`."""

    base_url: str
    key: str = field(repr=False)

    async def post(self, model: str, request: ChatRequest, *, stream: bool) -> Post:
        url = f"{self.base_url.rstrip('/').removesuffix('/v1')}/v1/messages"
        headers = {"x-api-key": self.key, "anthropic-version": VERSION}
        return Post(url, headers, compact(anthropic_request.body(model, request, stream=stream)))

    def answer(self, request: ChatRequest, body: bytes) -> ChatAnswer:
        return anthropic_answer.answer(body, json_tool=json_tool.awaited(request))

    def reader(self, request: ChatRequest) -> anthropic_answer.EventsReader:
        return anthropic_answer.EventsReader(json_tool.awaited(request))
