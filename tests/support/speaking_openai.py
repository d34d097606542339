"""Our side of OpenAI's protocol with a key and quirks, spoken with a scripted provider."""

from __future__ import annotations

from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.generation.chat import ChatAnswer, ChatRequest
from tests.support.chat import ask, run, streamed, together
from tests.support.provider_replies import Asked
from tests.support.provider_server import ProviderServer

QUIRKS = Quirks(rename={"max_tokens": "max_completion_tokens"}, never_for={"^o\\d": ["temperature"]})


def protocol(server: ProviderServer) -> OpenAiChat:
    return OpenAiChat(f"{server.url}/v1/chat/completions", {"authorization": "Bearer sk-1"}, QUIRKS)


def whole(server: ProviderServer, request: ChatRequest = ask(), model: str = "gpt-x") -> ChatAnswer:  # noqa: B008
    return run(protocol(server), lambda provider: provider.complete(model, request, 5))


def stream(server: ProviderServer, request: ChatRequest = ask()) -> ChatAnswer:  # noqa: B008
    return together(run(protocol(server), lambda provider: streamed(provider, "gpt-x", request)))


def asked(server: ProviderServer, request: ChatRequest, model: str = "gpt-x") -> Asked:
    whole(server, request, model)
    return server.requests[-1]
