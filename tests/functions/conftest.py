"""The service that most of these tests share, with its catalogue in an embedded store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.generating import Client
from tests.support.service import Service, service


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service a module, on SQLite."""
    folder: Path = tmp_path_factory.mktemp("state")
    with service(STORE="sqlite", STATE_DIR=str(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """One service a module whose providers are the tests' own, on a store in memory."""
    with service() as found:
        yield Client(found)


@pytest.fixture
def generating(client: Client) -> Client:
    """The same, as if it had just been started."""
    client.reset()
    return client
