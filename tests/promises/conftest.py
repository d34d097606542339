"""What several promises start from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.generating_world import KEYS, LONGEST_COOLING_S, ProvidersWorld, addresses
from tests.support.provider_server import provider_server
from tests.support.refreshing import MakeWorld, worlds
from tests.support.service import Service, service


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    """The functions on a store in memory, each with its own: what one writes no other reads."""
    with service() as running:
        yield running


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock of a service that is made from now on. By it nothing takes any time, so that no cache is too slow."""
    made = FakeClock()
    monkeypatch.setattr("llm_router.composition.services.SystemClock", lambda: made)
    return made


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Makes the functions on a store that can fail. moto's server logs each request, also those that it ends late."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with worlds(tmp_path) as make:
        yield make


@pytest.fixture(params=["sqlite", "aws"])
def store(request: pytest.FixtureRequest) -> str:
    """For what holds on either."""
    return str(request.param)


@pytest.fixture(scope="module")
def running() -> Iterator[ProvidersWorld]:
    """Three providers at one scripted server."""
    clock = FakeClock(1_795_500_000.0)
    with pytest.MonkeyPatch.context() as patch, provider_server() as server:
        patch.setattr("llm_router.composition.services.SystemClock", lambda: clock)
        with service(**KEYS, **addresses(server.url)) as api:
            yield ProvidersWorld(api, server, clock)


@pytest.fixture
def world(running: ProvidersWorld) -> ProvidersWorld:
    """Everything answers and nothing is cooling."""
    running.server.reset()
    running.clock.pass_seconds(LONGEST_COOLING_S)
    assert running.generate().status == 200
    running.server.reset()
    return running
