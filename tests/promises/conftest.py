"""One service for all promises of this folder that leave it as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.service import Service, service


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    """The functions on a store in memory, each with its own: nothing here writes."""
    with service() as running:
        yield running
