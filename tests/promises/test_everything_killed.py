"""F21: every dependency dies in the middle of a thousand requests, and the router goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.encoder import EncoderFailed, EncoderOutput
from llm_router.adapters.sqlite import Database
from llm_router.lazy import Lazy
from llm_router.local.functions import load_module
from tests.support.fault_proxy import Trouble, fault_proxy
from tests.support.loopback import free_port
from tests.support.provider_server import ProviderServer, provider_server
from tests.support.service import Service, service
from tests.support.valkey import running

REQUESTS = 1_000
KEY = "sk-canary-0123456789"


def locked(_database: object) -> object:
    raise sqlite3.OperationalError("database is locked")


class DeadEncoder:
    """A model that has gone."""

    def encode(self, _text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        raise EncoderFailed("gone")


class World:
    """The route function with a cache, a store, a model and three providers, of which one will live."""

    def __init__(self, api: Service, kill: list[Callable[[], None]]) -> None:
        self.api = api
        self._kill = kill

    def kill_everything(self) -> None:
        for kill in self._kill:
            kill()

    def answered(self, **fields: object) -> int:
        """How many of a thousand new prompts were answered, with everything killed after half of them."""
        found = 0
        for number in range(REQUESTS):
            if number == REQUESTS // 2:
                self.kill_everything()
            body = {"prompt": f"What are {number} apples at 15 cents and 7 pears at 40 cents together?", **fields}
            reply = self.api.post("/route", body)
            found += reply.status == 200
        assert set(reply.json["degraded"]) == {"cache", "catalogue", "ml_model"}
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        dying: ProviderServer = stack.enter_context(provider_server())
        healthy: ProviderServer = stack.enter_context(provider_server())
        line = stack.enter_context(fault_proxy(dying.port))
        port = free_port()
        cache = stack.enter_context(running(port))
        given = {
            "STORE": "sqlite",
            "STATE_DIR": str(tmp_path),
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": line.url,
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": line.url,
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": healthy.url,
        }
        api = stack.enter_context(service(**given))
        router: Any = load_module(api.template.functions["RouteFunction"]).service

        def kill_model() -> None:
            dead = replace(router.model(), encoder=DeadEncoder())
            router.model = lambda: dead
            router.classifiers = Lazy(router._make_classifiers)

        yield World(
            api,
            [
                cache.stop,
                lambda: monkeypatch.setattr(Database, "_connection", locked),
                lambda: line.does(Trouble.REFUSE),
                kill_model,
            ],
        )
        monkeypatch.undo()


def test_f21_recommending_succeeds_in_999_of_1000(world: World):
    assert world.answered() >= 0.999 * REQUESTS


def test_f21_generating_succeeds_in_99_of_100_with_one_healthy_provider(world: World):
    assert world.answered(mode="generate") >= 0.99 * REQUESTS
