"""The ports the service listens on, and each worker's sockets on them."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import chain

from llm_router.errors import ConfigurationError
from llm_router.setting_addresses import bracketed
from llm_router.settings import SERVICES, Settings

MAX_WORKERS = 4
BACKLOG = 1024
"""Connections that may wait to be accepted."""


def ports(settings: Settings) -> Mapping[int, str]:
    """Each port and the service that it serves alone; the first, for the whole API, has none."""
    return {getattr(settings, name): service for name, service in SERVICES.items()}


def bind(settings: Settings) -> list[list[socket.socket]]:
    """For each worker its listening sockets on every port. Raises `ConfigurationError` naming the port that is taken.

    On Linux each worker has sockets of its own, among which the kernel spreads the connections: of one that all
    share, the worker that wakes first would take every connection that waits. Elsewhere nothing is spread, so there
    they share.
    """
    workers = settings.workers or min(os.cpu_count() or 1, MAX_WORKERS)
    spreads = workers > 1 and sys.platform == "linux"
    with ExitStack() as opened:
        # A port that several sockets shall have must have been free for one alone: else a second service would join
        # the first one's. These do not listen, so that nobody is taken in and turned out again.
        alone = [opened.enter_context(_bind(settings.host, port)) for port in ports(settings)]
        if spreads:
            opened.close()
            groups = [
                [opened.enter_context(_bind(settings.host, port, shared=True)) for port in ports(settings)]
                for _ in range(workers)
            ]
        else:
            groups = [alone] * workers
        for listener in chain.from_iterable(groups):
            _listen(listener)
        opened.pop_all()
    return groups


def _listen(listener: socket.socket) -> None:
    try:
        listener.listen(BACKLOG)
    except OSError as failure:
        host, port = listener.getsockname()[:2]
        raise ConfigurationError(_why(failure, host, port)) from failure


def _bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is; left on, it costs 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except OSError as failure:
        listener.close()
        raise ConfigurationError(_why(failure, host, port)) from failure
    return listener


def _why(failure: OSError, host: str, port: int) -> str:
    *others, last = (name.upper() for name in SERVICES)
    setting = f"{', '.join(others)} or {last}"
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop it, or choose another port with {setting}."
    if failure.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user. Choose one above 1023 with {setting}."
    return f"Cannot listen on {bracketed(host)}:{port}: {failure.strerror or failure}."
