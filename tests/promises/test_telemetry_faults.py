"""F22: what only watches may fail, the disk may be full or read-only, and the clock may jump: requests go on."""

from __future__ import annotations

import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from aws_lambda_powertools import Logger

from llm_router.adapters.emf import EmfMetrics
from llm_router.adapters.sqlite import Database
from llm_router.ledger import Ledger
from llm_router.processes import Pulse
from tests.support.clock import FakeClock
from tests.support.generating import Client
from tests.support.loopback import free_port
from tests.support.service import Service, service

PROMPT = {"prompt": "Write a Python function to sort a list"}
PASSING = ("ms", "cached", "degraded", "decision_id", "at", "classification")


def answers(api: Service) -> list[dict]:
    """What clients get, without what differs from one time to the next."""
    replies = [api.post("/classify", PROMPT), api.post("/route", PROMPT)]
    assert [reply.status for reply in replies] == [200, 200]
    return [{name: value for name, value in reply.json.items() if name not in PASSING} for reply in replies]


@pytest.fixture(scope="module")
def plain() -> list[dict]:
    with service() as api:
        return answers(api)


WATCHERS: dict[str, tuple[type, str]] = {
    "counting": (Ledger, "add"),
    "metrics": (EmfMetrics, "request"),
    "log lines": (Logger, "info"),
    "warnings": (Logger, "warning"),
    "the pulse": (Pulse, "beat"),
}


@pytest.mark.parametrize("watcher", WATCHERS.values(), ids=WATCHERS.keys())
@pytest.mark.parametrize("failure", [RuntimeError("no"), OSError(28, "No space left on device")], ids=["bug", "full"])
def test_f22_metrics_and_logging_that_raise_cost_no_request(plain, monkeypatch, watcher, failure: Exception):
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(*watcher, fail)
    away = str(free_port())
    with service(LOG_LEVEL="INFO", AWS_LAMBDA_FUNCTION_NAME="route", REDIS_HOST="127.0.0.1", REDIS_PORT=away) as api:
        assert answers(api) == plain


def test_f22_a_defect_that_cannot_be_logged_is_still_an_answer(monkeypatch):
    with service() as api:
        monkeypatch.setattr(Logger, "error", lambda *_, **__: 1 / 0)
        monkeypatch.setattr("llm_router.recommend.Recommender.recommend", lambda *_: 1 / 0)
        reply = api.post("/route", PROMPT)
        assert (reply.status, reply.error) == (500, "internal_error")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow: every write to one fails, whichever folder it is in."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def read_only_disk() -> Iterator[None]:
    """The embedded store can be read and not written."""
    whole = Database._connection

    def connection(database: Database) -> sqlite3.Connection:
        found = whole(database)
        found.execute("PRAGMA query_only = 1")
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_connection", connection)
        yield


@pytest.mark.parametrize("disk", [full_disk, read_only_disk], ids=["full", "read-only"])
def test_f22_a_disk_that_takes_nothing_costs_no_request(plain, tmp_path: Path, disk: Callable):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api:
        answers(api)
        with disk():
            assert answers(api) == plain
        assert answers(api) == plain


def test_f22_a_disk_that_takes_nothing_from_the_start_costs_no_request(
    plain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nor does any request wait for it: only what another process holds is tried again."""
    waited: list[float] = []
    monkeypatch.setattr("llm_router.adapters.sqlite.time", SimpleNamespace(monotonic=monotonic, sleep=waited.append))
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api, full_disk():
        assert answers(api) == plain
    assert waited == []


def test_f22_a_clock_that_jumps_an_hour_back_or_forth_costs_no_request(plain, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr("llm_router.composition.services.SystemClock", lambda: clock)
    with service() as api:
        generating = Client(api)
        holder = generating.holder(requests_per_minute=1000, usd_per_day=100.0)
        for jump in (0, -3600, 3600, 3600):
            clock.time += jump
            found = holder.send("/route", {**PROMPT, "session_id": "one"})
            assert found.status == 200
            assert found.json["recommended_model"] == plain[1]["recommended_model"]
            assert holder.generate().status == 200
            judged = {"decision_id": found.json["decision_id"], "success": True}
            assert holder.send("/feedback", judged).status == 200
            assert api.get("/dashboard/data").status == 200
