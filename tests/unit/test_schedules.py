"""Schedules of the local service: one worker runs them, and one run that fails is not the last."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from llm_router import settings
from llm_router.local import worker
from llm_router.local.functions import FunctionHost, FunctionTimedOut
from llm_router.local.server import Supervisor
from llm_router.local.template import LambdaFunction

SOON_S = 0.001
INGEST = LambdaFunction("IngestFunction", Path(), "app.handler", 60.0, 512, SOON_S)


@dataclass
class FailsOnce:
    """A host whose first run fails."""

    ids: list[object] = field(default_factory=list)
    again: asyncio.Event = field(default_factory=asyncio.Event)

    async def invoke(self, name: str, event: Mapping[str, object]) -> object:
        self.ids.append(event["id"])
        if len(self.ids) == 1:
            raise FunctionTimedOut(name)
        self.again.set()
        return {}


async def fired(host: FailsOnce) -> None:
    timer = asyncio.create_task(worker._fire(cast(FunctionHost, host), INGEST))
    again = asyncio.create_task(host.again.wait())
    await asyncio.wait((timer, again), timeout=20, return_when=asyncio.FIRST_COMPLETED)
    ended = timer.done()
    timer.cancel()
    again.cancel()
    await asyncio.gather(timer, again, return_exceptions=True)
    assert not ended, "the schedule has ended"


def test_a_scheduled_run_that_fails_is_logged_and_the_next_one_is_sent_as_usual(caplog: pytest.LogCaptureFixture):
    host = FailsOnce()
    with caplog.at_level(logging.WARNING):
        asyncio.run(fired(host))
    assert len(set(host.ids)) == len(host.ids) >= 2
    assert "The scheduled run of IngestFunction failed (FunctionTimedOut)." in caplog.messages


@dataclass
class NoProcesses:
    """Takes down what each process would be started with, and starts none."""

    plans: list[worker.WorkerPlan] = field(default_factory=list)

    def __call__(self, _method: str) -> NoProcesses:
        return self

    def Event(self) -> asyncio.Event:  # noqa: N802 - as multiprocessing has it
        return asyncio.Event()

    def Process(self, *, args: tuple[worker.WorkerPlan, object], **_: object) -> NoProcesses:  # noqa: N802
        self.plans.append(args[0])
        return self

    def start(self) -> None:
        """Nothing is started."""


def test_of_all_workers_one_runs_the_schedules_also_when_it_is_started_anew(monkeypatch: pytest.MonkeyPatch):
    started = NoProcesses()
    monkeypatch.setattr(multiprocessing, "get_context", started)
    supervisor = Supervisor(settings.load({"STORE": "memory"}), Path(), {}, [[], [], []])
    for number in (0, 1, 2, 0):
        supervisor._start(number)
    assert [plan.runs_schedules for plan in started.plans] == [True, False, False, True]
