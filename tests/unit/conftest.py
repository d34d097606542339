"""What tests of providers start from."""

from __future__ import annotations

import pytest

from tests.support.provider_server import provider_server


@pytest.fixture
def server():
    with provider_server() as serving:
        yield serving
