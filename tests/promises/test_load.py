"""A short version of `tests.bench.load`: rude clients and a dying Redis cost no other request, and nothing piles up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loopback import free_port
from tests.support.running import Running, running_service
from tests.support.traffic import Usage, load, settled
from tests.support.valkey import running as valkey


@pytest.fixture(scope="module")
def redis_port() -> int:
    """Where the service looks for Redis, whether there is one or not."""
    return free_port()


@pytest.fixture(scope="module")
def service(redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("state")
    with running_service(folder, REDIS_URL=f"redis://127.0.0.1:{redis_port}/0", LOG_LEVEL="ERROR") as found:
        yield found


def test_under_load_with_faults_there_is_no_unexpected_5xx_and_what_is_shed_says_when_to_come_back(
    service: Running, redis_port: int
):
    async def both() -> None:
        with valkey(redis_port) as redis:
            under_way = asyncio.create_task(load(service.url(), connections=100, requests=1_500))
            await asyncio.to_thread(redis.stop)
            outcome = await under_way
        assert outcome.statuses[200] > 0
        assert outcome.statuses[400] > 0
        assert outcome.broken_off > 0
        assert (outcome.unexpected, outcome.silent, outcome.lost) == (0, 0, 0)

    asyncio.run(both())


def test_what_is_more_than_a_worker_holds_is_shed_with_when_to_come_back(tmp_path: Path):
    with running_service(tmp_path, MAX_IN_FLIGHT="1", MAX_GENERATING="1", WORKERS="1", LOG_LEVEL="ERROR") as small:
        outcome = asyncio.run(load(small.url(), connections=50, requests=500))
    assert (outcome.unexpected, outcome.silent) == (0, 0)
    assert outcome.statuses[200] > 0
    assert outcome.statuses[503] > 0


OPENED_LATE = 12
"""Descriptors: a thread that was not needed before opens the store, with three of them. A leak would hold thousands."""

BEGUN_LATE = 2
"""Threads of the two workers' pools that the first thousand requests may have left unneeded."""


def test_requests_leave_no_descriptor_and_no_thread_behind(service: Running):
    """Memory is the bench's to watch: over so few requests it says nothing."""

    async def held_after(requests: int) -> Usage:
        await load(service.url(), connections=20, requests=requests)
        return await settled(service.process.pid)

    before, after = asyncio.run(held_after(1_000)), asyncio.run(held_after(2_000))
    assert after.descriptors <= before.descriptors + OPENED_LATE
    assert after.threads <= before.threads + BEGUN_LATE
