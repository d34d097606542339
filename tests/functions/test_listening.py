"""Which worker gets which connection."""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Iterator

import pytest

from llm_router import settings
from llm_router.errors import ConfigurationError
from llm_router.local.listening import bind, ports
from llm_router.settings import Settings
from tests.support.loopback import HOST, free_port
from tests.support.running import PORTS

CALLERS = 64


@pytest.fixture
def chosen() -> Settings:
    free = {name: str(free_port()) for name in PORTS}
    return settings.load({**free, "HOST": HOST, "WORKERS": "2", "STORE": "memory"})


@pytest.fixture
def bound(chosen: Settings) -> Iterator[list[list[socket.socket]]]:
    sockets = bind(chosen)
    yield sockets
    for listener in {each for worker in sockets for each in worker}:
        listener.close()


def test_each_worker_listens_on_every_port(bound: list[list[socket.socket]], chosen: Settings):
    assert [[each.getsockname()[1] for each in worker] for worker in bound] == [list(ports(chosen))] * 2


def test_connections_are_spread_over_the_workers_where_the_kernel_can(
    bound: list[list[socket.socket]], chosen: Settings
):
    callers = [socket.create_connection((HOST, chosen.port), timeout=5) for _ in range(CALLERS)]
    waiting, _, _ = select.select([worker[0] for worker in bound], [], [], 5)
    for caller in callers:
        caller.close()
    assert len(set(waiting)) == (2 if sys.platform == "linux" else 1)


def test_a_second_service_cannot_join_the_ports_of_the_first(bound: list[list[socket.socket]], chosen: Settings):
    assert bound
    with pytest.raises(ConfigurationError, match=f"Port {chosen.port} is taken"):
        bind(chosen)


def test_when_one_port_is_taken_the_others_are_free_again(chosen: Settings):
    with socket.create_server((HOST, chosen.ingestor_port)):
        with pytest.raises(ConfigurationError, match=f"Port {chosen.ingestor_port} is taken"):
            bind(chosen)
        socket.create_server((HOST, chosen.port), reuse_port=False).close()
