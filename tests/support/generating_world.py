"""The functions with three providers at one scripted server, and a clock that is moved by hand."""

from __future__ import annotations

from llm_router.composition.services import Services
from llm_router.local.functions import load_module
from tests.support.clock import FakeClock
from tests.support.generating import MESSAGES, PROMPT
from tests.support.provider_faults import CANARY
from tests.support.provider_server import ProviderServer
from tests.support.service import Reply, Service

KEY = "sk-canary-0123456789"
KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY, "GEMINI_API_KEY": KEY}
ADDRESS = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "google": "GEMINI_BASE_URL"}
LONGEST_COOLING_S = 301.0


class ProvidersWorld:
    """The functions with three providers at one server, and a clock that is moved by hand."""

    def __init__(self, api: Service, server: ProviderServer, clock: FakeClock) -> None:
        self.api = api
        self.server = server
        self.clock = clock
        self.first_provider: str = self.generate().json["ranking"][0]["provider"]
        """Of a service that has not yet learnt who fails."""

    @property
    def router(self) -> Services:
        """What the function that routes is composed of."""
        return load_module(self.api.template.functions["RouteFunction"]).service

    def generate(self, **fields: object) -> Reply:
        return self.api.post("/route", {"prompt": PROMPT, "mode": "generate", **fields})

    def pinned(self, model: str) -> Reply:
        return self.api.post("/v1/chat/completions", {"model": model, "messages": MESSAGES})

    def stream(self, **fields: object) -> list[str]:
        body = {"model": "auto", "messages": MESSAGES, "stream": True, **fields}
        reply = self.api.post("/v1/chat/completions", body)
        assert reply.status == 200
        return reply.events


def addresses(url: str) -> dict[str, str]:
    return dict.fromkeys(ADDRESS.values(), url)


def outcomes(reply: Reply) -> list[str]:
    return [attempt["outcome"] for attempt in reply.json["attempts"]]


def asked(server: ProviderServer) -> list[str]:
    """Each request as its model; what a mistaken walk asks twice stands here twice."""
    return [request.model for request in server.requests]


def says_nothing_of_theirs(reply: Reply) -> None:
    assert CANARY.encode() not in reply.body
    assert KEY.encode() not in reply.body
