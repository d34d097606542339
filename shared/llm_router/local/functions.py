"""Runs the functions' own handlers as Lambda would: loaded by path, called with an event, a context, a time-out."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast
from uuid import uuid4

from llm_router.errors import ConfigurationError
from llm_router.local.template import LambdaFunction
from llm_router.schemas.deferred_build import build_now
from llm_router.web.door import Door
from llm_router.web.lambda_handler import LambdaHandler

if TYPE_CHECKING:
    from llm_router.composition.services import Services


class FunctionTimedOut(Exception):
    """The function did not answer within the time-out that the template gives it."""


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context object."""

    function_name: str
    memory_limit_in_mb: int
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:local:anonymous:function:local"
    log_group_name: str = "local"
    log_stream_name: str = "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is given up."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class FunctionModule(Protocol):
    """What the module of a function offers. Beside it some have a `warm`."""

    service: Services
    door: Door
    handler: LambdaHandler


def load_module(function: LambdaFunction) -> FunctionModule:
    """The function's module under a name of its own, so that four modules called `app` live side by side.

    One that fails to start is not kept, so that the next call begins anew and no half of it is ever served.
    """
    name = f"functions.{function.code.name}.{function.handler.partition('.')[0]}"
    if name in sys.modules:
        return cast("FunctionModule", sys.modules[name])
    source = function.code / f"{function.handler.partition('.')[0]}.py"
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"There is no module for function {function.name}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return cast("FunctionModule", module)


def share_model(functions: Mapping[str, LambdaFunction]) -> None:
    """Have the functions of this process read one model together: each of its own would be 30 MB of the same again."""
    first, *others = (load_module(function).service for function in functions.values())
    for service in others:
        service.opened_model, service.started_model = first.opened_model, first.started_model


class FunctionHost:
    """The functions of one process, each invocation on a thread of its own pool."""

    def __init__(self, functions: Mapping[str, LambdaFunction], *, threads: int) -> None:
        self._functions = functions
        self._handlers: dict[str, LambdaHandler] = {}
        self._doors: dict[str, Door] = {}
        for name, function in functions.items():
            module = load_module(function)
            self._handlers[name] = getattr(module, function.handler.partition(".")[2])
            self._doors[name] = module.door
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="invoke")

    async def invoke(self, name: str, event: Mapping[str, object]) -> object:
        """The handler's result. Raises `FunctionTimedOut`; the thread is left to end by itself."""
        function = self._functions[name]
        context = Context(name, function.memory_mb, uuid4().hex, time.monotonic() + function.timeout_s)
        running = asyncio.get_running_loop().run_in_executor(self._pool, self._handlers[name], event, context)
        try:
            return await asyncio.wait_for(running, function.timeout_s)
        except TimeoutError:
            raise FunctionTimedOut(name) from None

    def door(self, name: str) -> Door:
        """The function's own door, for a gateway that needs no events."""
        return self._doors[name]

    def warm(self) -> None:
        """Let each function that has a `warm` build what its first request would otherwise wait for."""
        share_model(self._functions)
        for function in self._functions.values():
            warm: Callable[[], None] | None = getattr(load_module(function), "warm", None)
            if warm is not None:
                warm()
        build_now()

    def beat(self) -> None:
        """Tell of this process; one function's services do it for all, which share it."""
        first = next(iter(self._functions.values()))
        load_module(first).service.pulse().beat()

    def close(self) -> None:
        """Let go of the threads, and let each function write what it still has to."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for function in self._functions.values():
            load_module(function).service.close()
