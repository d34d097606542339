"""F21: everything that the router leans on is killed, one after the other, in the middle of its requests."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from classifier.encoder import Encoder, EncoderFailed
from llm_router.adapters.sqlite import Database
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.generating import Client
from tests.support.providers import FakeProvider
from tests.support.service import service
from tests.support.valkey import free_port, running

REQUESTS = 1_000
EACH = 200
PROVIDERS = ("openai", "deepinfra", "anthropic", "google")
"""The first stays well. The second has most models of all, so that its own could fill a whole ranking."""


def test_f21_every_dependency_killed_in_the_middle_of_a_thousand_requests(tmp_path: Path, monkeypatch):
    port = free_port()
    state = {"STORE": "sqlite", "STATE_DIR": str(tmp_path), "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with ExitStack() as stack:
        server = stack.enter_context(running(port))
        api = stack.enter_context(service(**state))
        generating = Client(api)
        generating.providers.default = None
        generating.providers.by_name = {name: FakeProvider() for name in PROVIDERS}

        def kill_store() -> None:
            def locked(_database: object) -> object:
                raise sqlite3.OperationalError("database is locked")

            monkeypatch.setattr(Database, "_connection", locked)

        def kill_model() -> None:
            def fail(*_: object, **__: object) -> object:
                raise EncoderFailed("killed")

            monkeypatch.setattr(Encoder, "encode", fail)

        def kill_providers() -> None:
            for name in PROVIDERS[1:]:
                generating.providers.by_name[name] = FakeProvider(fails=ProviderFailed(Failure.UNREACHABLE))

        killing: dict[int, Callable[[], object]] = {
            1 * EACH: server.stop,
            2 * EACH: kill_model,
            3 * EACH: kill_store,
            4 * EACH: kill_providers,
        }
        good = {"recommend": 0, "generate": 0}
        for number in range(REQUESTS):
            killing.get(number, lambda: None)()
            prompt = f"Write a Python function {number % 50} to sort the lists of chapter {number // EACH}"
            for mode in good:
                body = {"prompt": prompt, "mode": mode}
                good[mode] += api.post("/route", body).status == 200
        assert good["recommend"] >= 0.999 * REQUESTS
        assert good["generate"] >= 0.99 * REQUESTS
