"""One worker process: the gateway and the functions behind it, listening on the sockets it is given."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import uvicorn
from uvicorn.server import ServerState

from llm_router import processes
from llm_router.local.events import schedule_event
from llm_router.local.functions import FunctionHost
from llm_router.local.gateway import Gateway
from llm_router.local.protocol import BoundedHttp
from llm_router.local.routing import RouteTable
from llm_router.local.template import LambdaFunction, Template, load

THREADS = 8
"""Invocations a worker runs at once. More only queue for the interpreter's lock; what waits is counted in flight."""

KEEP_ALIVE_S = 75
"""Seconds that a connection is kept without a request, and that a request may take to come in whole."""

GRACE_S = 5
"""Seconds that requests still have, when the worker is told to end, before they are cancelled."""

LAST_WORDS_S = 1.0
"""Seconds that those which were cancelled have to say so."""

LOOKS = 50
"""How often it is seen in that time whether they have."""

_log = logging.getLogger(__name__)

template_at = cache(load)
"""The template that lies there, read once: it takes longer than all functions' imports."""


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker is told by its parent. Only the first worker runs the schedules.

    Swift requests, and those that have a model recommended, are run on the event loop where the store is on this
    machine, so that nothing keeps them waiting.
    """

    template: Path
    services: Mapping[int, str]
    max_in_flight: int
    max_waiting: int
    runs_swift_here: bool
    runs_schedules: bool


def run(
    plan: WorkerPlan,
    sockets: list[socket.socket],
    environment: Mapping[str, str],
    on_ready: Callable[[], None],
    lifeline: Connection,
) -> None:
    """Serve until told to stop, or until the other end of `lifeline` is gone, which the parent alone holds; `on_ready`
    is called when nothing is left to load. The worker process's entry point."""
    os.environ.update(environment)
    allow_connections()
    template = template_at(plan.template)
    host = FunctionHost(template.functions, threads=THREADS)
    host.warm()
    gc.freeze()  # what is there now stays: no search for garbage need go through it, while a request waits
    gateway = Gateway(
        RouteTable(template.routes),
        host,
        plan.services,
        plan.max_in_flight,
        plan.max_waiting,
        runs_swift_here=plan.runs_swift_here,
    )
    config = uvicorn.Config(
        gateway,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        date_header=True,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        http=BoundedHttp,
        ws="none",
    )
    server = uvicorn.Server(config)
    # Once it has stopped, uvicorn sends itself again what stopped it: by default the process would end there, before
    # anything is closed and those who wait have been answered.
    signal.signal(signal.SIGTERM, server.handle_exit)
    on_ready()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, sockets, host, template, lifeline, runs_schedules=plan.runs_schedules))


def allow_connections() -> None:
    """Allow as many open connections as the system does; what most shells allow is a few hundred."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # as on macOS, which says that there is no limit and has one
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(
    server: uvicorn.Server,
    sockets: list[socket.socket],
    host: FunctionHost,
    template: Template,
    lifeline: Connection,
    *,
    runs_schedules: bool,
) -> None:
    due = [function for function in template.functions.values() if function.schedule_s] if runs_schedules else []
    timers = [asyncio.create_task(_fire(host, function)) for function in due]
    timers.append(asyncio.create_task(_pulse(host)))
    _end_with(lifeline.fileno(), server)
    try:
        await server.serve(sockets)
        await _last_words(server.server_state)
    finally:
        for timer in timers:
            timer.cancel()
        host.close()


async def _last_words(state: ServerState) -> None:
    """Wait until those have been answered that uvicorn cancelled in the end."""
    for _ in range(LOOKS):
        if not state.tasks and not state.connections:
            return
        await asyncio.sleep(LAST_WORDS_S / LOOKS)


def _end_with(lifeline: int, server: uvicorn.Server) -> None:
    """Stop serving when the other end of this descriptor is gone: a parent that was killed told nobody to stop."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(lifeline)
        server.should_exit = True

    loop.add_reader(lifeline, gone)


async def _pulse(host: FunctionHost) -> None:
    """Let the process tell of itself while nobody asks it anything."""
    while True:
        host.beat()
        await asyncio.sleep(processes.EVERY_S)


async def _fire(host: FunctionHost, function: LambdaFunction) -> None:
    """Send the function its schedule's event, once a period. A failure is logged and the next one is sent as usual."""
    while True:
        await asyncio.sleep(function.schedule_s or 0)
        event = schedule_event(function.name, event_id=uuid4().hex, now=time.time())
        (result,) = await asyncio.gather(host.invoke(function.name, event), return_exceptions=True)
        if isinstance(result, Exception):
            _log.warning("The scheduled run of %s failed (%s).", function.name, type(result).__name__)
