"""F4 on the embedded store: another process holds its lock and never lets go, as one that was stopped in its midst."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from llm_router.adapters import sqlite
from tests.support.generating import ADMIN, MESSAGES, PROMPT, Client, Holder
from tests.support.service import Reply, service
from tests.support.stuck_writer import stuck_writer

FOR_GOOD_S = 200.0
ASKED = {"prompt": PROMPT, "session_id": "one"}


class World:
    """The service on an embedded store, and a client with a key of every limit."""

    def __init__(self, client: Client, file: Path, patch: pytest.MonkeyPatch) -> None:
        self.client = client
        self.holder = Holder(client, usd_per_day=1.0, requests_per_minute=1000)
        self._file = file
        self._patch = patch

    def route(self) -> Reply:
        return self.holder.send("/route", ASKED)

    @contextmanager
    def found_out(self) -> Iterator[Callable[[], bool]]:
        """A writer is stuck, and one request has waited for it. Whoever still waits gets the lock in the end."""
        with stuck_writer(self._file, FOR_GOOD_S) as holds:
            self._patch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
            assert self.route().status == 200
            self._patch.setattr(sqlite, "BUSY_TIMEOUT_S", 2 * FOR_GOOD_S)
            yield holds


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api:
        yield World(Client(api), tmp_path / "router.sqlite", monkeypatch)


def test_f4_a_writer_that_is_stuck_is_waited_for_once_and_requests_go_on(world: World):
    before, api = world.route().json, world.client.api
    with world.found_out() as holds:
        for _ in range(3):
            reply = world.route()
            assert (reply.status, reply.json["degraded"]) == (200, [])
            assert reply.json["recommended_model"] == before["recommended_model"]
            assert world.holder.send("/classify", {"prompt": PROMPT}).status == 200
            assert api.get("/health").status == 200
        assert api.send("GET", f"/decisions/{before['decision_id']}", headers=ADMIN).status == 200
        refused = world.holder.send("/feedback", {"decision_id": before["decision_id"], "success": True})
        assert (refused.status, refused.error, int(refused.headers["retry-after"]) >= 1) == (
            503,
            "store_unavailable",
            True,
        )
        assert holds()
    after = world.route().json["decision_id"]
    assert api.send("GET", f"/decisions/{after}", headers=ADMIN).status == 200


def test_f4_while_a_writer_is_stuck_nothing_is_spent_that_cannot_be_counted(world: World):
    assert world.holder.generate().status == 200
    spent, asked = world.holder.entry["spent_today_usd"], len(world.client.asked)
    chat = {"model": "auto", "messages": MESSAGES}
    with world.found_out() as holds:
        for reply in (world.holder.generate(), world.holder.send("/v1/chat/completions", chat)):
            assert (reply.status, reply.error) == (503, "store_unavailable")
        made = world.client.api.send("POST", "/keys", {"name": "another", "usd_per_day": 1.0}, ADMIN)
        assert (made.status, made.error) == (503, "store_unavailable")
        assert holds()
    assert len(world.client.asked) == asked
    assert world.holder.entry["spent_today_usd"] == spent
    assert world.holder.generate().status == 200
