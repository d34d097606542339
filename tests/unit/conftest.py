"""What tests of providers and of refreshes start from."""

from __future__ import annotations

import pytest

from tests.support.provider_server import provider_server
from tests.support.refreshed import refreshed
from tests.support.sources import RefresherWorld


@pytest.fixture
def server():
    with provider_server() as serving:
        yield serving


@pytest.fixture
def world() -> RefresherWorld:
    return refreshed(RefresherWorld())
