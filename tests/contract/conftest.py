"""The emulator that the suites of AWS adapters run on beside moto."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.ministack import Emulator, emulator


@pytest.fixture(scope="session")
def ministack() -> Iterator[Emulator]:
    """One for all suites; each test finds it empty."""
    with emulator(roles=False) as found:
        yield found
