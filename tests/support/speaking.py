"""Our side of all four protocols, spoken with a scripted provider."""

from __future__ import annotations

from collections.abc import Callable

from botocore.credentials import Credentials

from llm_router.adapters.providers.anthropic_messages import AnthropicMessages
from llm_router.adapters.providers.bedrock import Bedrock
from llm_router.adapters.providers.gemini import Gemini
from llm_router.adapters.providers.http_provider import HttpProtocol
from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.generation.chat import (
    ChatAnswer,
    ChatRequest,
)
from tests.support.chat import run, streamed, together
from tests.support.provider_answers import Protocol
from tests.support.provider_replies import Asked
from tests.support.provider_server import ProviderServer

SPEAKERS: dict[Protocol, Callable[[str], HttpProtocol]] = {
    Protocol.OPENAI: lambda url: OpenAiChat(f"{url}/v1/chat/completions", {"authorization": "Bearer key"}),
    Protocol.ANTHROPIC: lambda url: AnthropicMessages(url, "key"),
    Protocol.GEMINI: lambda url: Gemini(url, "key"),
    Protocol.BEDROCK: lambda url: Bedrock("us-east-1", url, credentials=Credentials("AKIATEST", "secret")),
}
MODELS = {Protocol.BEDROCK: "anthropic.claude-haiku-4-5-20251001-v1:0", Protocol.GEMINI: "gemini-2.5-flash"}


def model_of(protocol: Protocol) -> str:
    return MODELS.get(protocol, "claude-haiku-4-5")


def whole(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> ChatAnswer:
    speaker = SPEAKERS[protocol](server.url)
    return run(speaker, lambda provider: provider.complete(model_of(protocol), request, 5))


def stream(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> ChatAnswer:
    speaker = SPEAKERS[protocol](server.url)
    return together(run(speaker, lambda provider: streamed(provider, model_of(protocol), request)))


def asked(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> Asked:
    whole(protocol, server, request)
    return server.requests[-1]
