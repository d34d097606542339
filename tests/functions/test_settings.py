"""Each setting reaches what it sets: given through the environment, seen through the doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.connection import parse_url

from llm_router import settings
from llm_router.adapters.lru import LruCache
from llm_router.composition.services import Services
from llm_router.local.functions import load_module
from llm_router.ports import Clock
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock
from tests.support.service import Service, service
from tests.support.sources import payload

PROMPT = {"prompt": "Write a Python function to sort a list"}
DAY_S = 86_400


@contextmanager
def moved_by_hand(**environment: str) -> Iterator[tuple[Service, FakeClock]]:
    """The functions with these settings, and their clock."""
    clock = FakeClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llm_router.composition.services.SystemClock", lambda: clock)
        with service(**environment) as api:
            yield api, clock


def test_a_decision_is_kept_for_so_long():
    with moved_by_hand(DECISION_TTL="100") as (api, clock):
        path = f"/decisions/{api.post('/route', PROMPT).json['decision_id']}"
        found = []
        for seconds in (99, 2):
            clock.pass_seconds(seconds)
            found.append(api.get(path).status)
    assert found == [200, 404]


def test_a_classification_is_kept_for_so_long():
    with moved_by_hand(CACHE_TTL="100") as (api, clock):
        cached = []
        for seconds in (0, 99, 2):
            clock.pass_seconds(seconds)
            cached.append(api.post("/classify", PROMPT).json["cached"])
    assert cached == [False, True, False]


def test_feedback_counts_half_after_so_long():
    with moved_by_hand(FEEDBACK_HALF_LIFE=str(2 * DAY_S)) as (api, clock):
        decision = api.post("/route", PROMPT).json["decision_id"]
        given = api.post("/feedback", {"decision_id": decision, "success": True}).json
        live = load_module(api.template.functions["RouteFunction"]).service.learning.live()

        def weight() -> float:
            judged = live.fresh().observed[given["model_id"]].judged
            return float(judged[Category(given["category"])][Difficulty(given["difficulty"])].n)

        first = weight()
        clock.pass_seconds(2 * DAY_S)
        assert (first, weight()) == pytest.approx((1.0, 0.5))


def test_the_operators_own_models_are_read_from_where_they_are_said_to_be(tmp_path: Path):
    own = tmp_path / "models.json"
    own.write_bytes(payload("operator"))
    named, unnamed = (
        Services(settings.load({"STORE": "memory", **given}), FakeClock()).ingesting.refresher().sources
        for given in ({"MODELS_JSON_PATH": str(own)}, {})
    )
    (operator,) = [source for source in named if source.name == "operator"]
    assert operator.skipped is None
    assert operator.fetch(None, 1.0).body == payload("operator")
    assert "operator" not in [source.name for source in unnamed]


def test_redis_is_spoken_to_with_its_password(monkeypatch: pytest.MonkeyPatch):
    addresses: list[str] = []

    def connected(address: str, clock: Clock, *_: object) -> LruCache:
        addresses.append(address)
        return LruCache(clock, max_entries=1, max_bytes=1)

    monkeypatch.setattr("llm_router.adapters.redis_cache.RedisCache", connected)
    given = {"REDIS_HOST": "cache.local", "REDIS_PORT": "6380", "REDIS_PASSWORD": "s3:cret/@"}
    Services(settings.load({"STORE": "memory", **given}), FakeClock()).cache()
    (address,) = addresses
    assert parse_url(address) == {"host": "cache.local", "port": 6380, "db": 0, "password": "s3:cret/@"}
