"""OpenAI's chat completions, spoken by OpenAI and by whoever copies it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from llm_router.adapters.providers import openai_answer, openai_request
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.adapters.providers.wire import Post
from llm_router.generation.chat import ChatAnswer, ChatRequest

_TOOL_NAMES = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class OpenAiChat:
    """An `HttpProtocol`. `url` is the whole address of `chat/completions`; the headers hold the key."""

    tool_names: ClassVar[re.Pattern[str]] = _TOOL_NAMES

    url: str
    headers: Mapping[str, str] = field(repr=False)
    quirks: Quirks = field(default_factory=Quirks)

    async def post(self, model: str, request: ChatRequest, *, stream: bool) -> Post:
        body = compact(openai_request.body(model, request, self.quirks, stream=stream))
        return Post(self.url, self.headers, body, openai_answer.explain)

    def answer(self, _request: ChatRequest, body: bytes) -> ChatAnswer:
        return openai_answer.answer(body)

    def reader(self, _request: ChatRequest) -> openai_answer.ChunkReader:
        return openai_answer.ChunkReader()
