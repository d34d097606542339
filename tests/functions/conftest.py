"""The service that most of these tests share, with its catalogue in an embedded store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.generating import Client
from tests.support.provider_server import ProviderServer, provider_server
from tests.support.running import Running, running_service
from tests.support.service import Service, service


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service a module, on SQLite."""
    folder: Path = tmp_path_factory.mktemp("state")
    with service(STORE="sqlite", STATE_DIR=str(folder)) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """A service of the test's own, on SQLite, whose store nobody has touched."""
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as running:
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProviderServer, Running]]:
    """One service a module that is started as a user would, and the scripted provider that it asks."""
    with provider_server() as provider:
        given = {"OPENAI_BASE_URL": f"{provider.url}/v1", "OPENAI_API_KEY": "sk-of-the-provider", "WORKERS": "1"}
        with running_service(tmp_path_factory.mktemp("state"), **given) as running:
            yield provider, running


@pytest.fixture
def provider(served: tuple[ProviderServer, Running]) -> ProviderServer:
    """That provider, without any script."""
    served[0].reset()
    return served[0]


@pytest.fixture
def running(served: tuple[ProviderServer, Running], provider: ProviderServer) -> Running:
    """That service, whose provider has no script yet."""
    return served[1]
