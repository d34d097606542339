"""Anthropic's Messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from llm_router.adapters.providers import anthropic_answer, anthropic_request, json_tool
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.failures import of_message
from llm_router.adapters.providers.http_provider import Received, read_error
from llm_router.adapters.providers.tool_calls import ToolBlocks
from llm_router.adapters.providers.wire import Post
from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed

VERSION = "2023-06-01"
_EAGER_HOST = "api.anthropic.com"
"""Others that speak the protocol may refuse a request for what they do not know of a tool."""
_OURS = re.compile(r"Your credit balance|You have reached your|This organization has been disabled")
"""How messages begin that are about our account: it is not paid, at a limit of its owner's, or closed."""
_TOOL_NAMES = re.compile(r"[a-zA-Z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class AnthropicMessages:
    """An `HttpProtocol`."""

    tool_names: ClassVar[re.Pattern[str]] = _TOOL_NAMES

    base_url: str
    key: str = field(repr=False)

    async def post(self, model: str, request: ChatRequest, *, stream: bool) -> Post:
        url = f"{self.base_url.rstrip('/').removesuffix('/v1')}/v1/messages"
        headers = {"x-api-key": self.key, "anthropic-version": VERSION}
        eager = urlsplit(self.base_url).hostname == _EAGER_HOST
        return Post(url, headers, compact(anthropic_request.body(model, request, stream=stream, eager=eager)), explain)

    def answer(self, request: ChatRequest, body: bytes) -> ChatAnswer:
        return anthropic_answer.answer(body, json_tool=json_tool.awaited(request))

    def reader(self, request: ChatRequest) -> anthropic_answer.EventsReader:
        return anthropic_answer.EventsReader(ToolBlocks(json_tool.awaited(request)))


class _Error(Received):
    message: str = ""


class _Refusal(Received):
    error: _Error = _Error()


def explain(failed: ProviderFailed, body: bytes) -> ProviderFailed:
    """An account that is used up and a prompt that is too long come as a 400 of the kind that a wrong request has; its
    message alone tells."""
    if failed.failure is not Failure.BAD_REQUEST:
        return failed
    message = read_error(_Refusal, body).error.message
    if _OURS.match(message):
        return ProviderFailed(Failure.REFUSED, status=failed.status)
    return of_message(failed, message)
