"""What several promises start from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.refreshing import MakeWorld, worlds
from tests.support.service import Service, service


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    """The functions on a store in memory, each with its own: nothing here writes."""
    with service() as running:
        yield running


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
