"""The service with providers of the test's own, and clients with keys of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from llm_router.composition.generating import Generating
from llm_router.generation.chat import ChatRequest
from llm_router.lazy import Lazy
from llm_router.local.functions import load_module
from tests.support.clock import FakeClock
from tests.support.providers import FakeProviders
from tests.support.service import ADMIN_KEY, Reply, Service, service

PROMPT = "Write a Python function to sort a list"
MESSAGES = [{"role": "user", "content": PROMPT}]
ADMIN = {"authorization": f"Bearer {ADMIN_KEY}"}


class Client:
    """The service with providers of the test's own."""

    def __init__(self, api: Service) -> None:
        self.api = api
        self.module = load_module(api.template.functions["RouteFunction"])
        self.service = self.module.service
        self.reset()

    def reset(self) -> None:
        """Providers that all answer, nothing cooling, no keys."""
        self.providers = FakeProviders()
        self.service.cache = Lazy(self.service._make_cache)
        self.parts = self.service.generating = Generating(self.service)
        self.parts.providers = Lazy(lambda: self.providers)
        for key in self.parts.key_book().all():
            self.parts.key_book().remove(key.id)

    @property
    def asked(self) -> list[tuple[str, ChatRequest]]:
        """What the provider that stands for all was asked, and for which model."""
        assert self.providers.default is not None
        return self.providers.default.asked

    def route(self, **fields) -> Reply:
        return self.api.post("/route", {"prompt": PROMPT, "mode": "generate", **fields})

    def chat(self, **fields) -> Reply:
        return self.api.post("/v1/chat/completions", {"model": "auto", "messages": MESSAGES, **fields})

    def events(self, **fields) -> list[str]:
        reply = self.chat(stream=True, **fields)
        assert reply.status == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        return reply.events

    def holder(self, **limits) -> Holder:
        """A client with a new key of these limits."""
        return Holder(self, **limits)


class Holder:
    """A client with a key of these limits."""

    def __init__(self, generating: Client, **limits) -> None:
        made = generating.api.send("POST", "/keys", {"name": "test", **limits}, ADMIN)
        assert made.status == 200
        self.api = generating.api
        self.id, self.secret = made.json["id"], made.json["key"]

    def send(self, path: str, body: object) -> Reply:
        return self.api.send("POST", path, body, {"x-api-key": self.secret})

    def generate(self, **fields) -> Reply:
        return self.send("/route", {"prompt": PROMPT, "mode": "generate", **fields})

    @property
    def entry(self) -> dict:
        keys = self.api.send("GET", "/keys", headers=ADMIN).json["keys"]
        return next(key for key in keys if key["id"] == self.id)


@contextmanager
def client_at(clock: FakeClock, **settings: str) -> Iterator[Client]:
    """A client of a service that goes by this clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llm_router.composition.services.SystemClock", lambda: clock)
        with service(**settings) as found:
            yield Client(found)
