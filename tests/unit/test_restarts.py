"""Which workers' ends make the service give up: those of starts that fail in a loop, never those of a long life."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import cast

import pytest

from llm_router import settings
from llm_router.local import inherited
from llm_router.local.restarts import MAX_RESTARTS
from llm_router.local.server import Supervisor, Worker
from tests.support.clock import FakeClock

ENOUGH = 4 * MAX_RESTARTS


class Process:
    """Found alive once, after so many seconds, and then no more."""

    exitcode = -9

    def __init__(self, clock: FakeClock, lives_s: float) -> None:
        self.clock = clock
        self.lives_s = lives_s
        self.alive = True

    def is_alive(self) -> bool:
        if not self.alive:
            return False
        self.clock.pass_seconds(self.lives_s)
        self.alive = False
        return True

    def terminate(self) -> None:
        self.alive = False

    def join(self, _seconds: float) -> None:
        """There is nothing to wait for."""


class Ready:
    def __init__(self, answers: bool) -> None:
        self.answers = answers

    def is_set(self) -> bool:
        return self.answers


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The tests' own signal handlers are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("lives_s", "answers", "expected"),
    [(61.0, True, (0, ENOUGH)), (1.0, True, (1, MAX_RESTARTS + 1)), (61.0, False, (1, MAX_RESTARTS + 1))],
    ids=["a long life", "ends within a minute", "never answers"],
)
def test_it_gives_up_when_workers_end_close_together_or_never_answer(
    monkeypatch: pytest.MonkeyPatch, lives_s: float, answers: bool, expected: tuple[int, int]
):
    clock, started = FakeClock(), 0
    supervisor = Supervisor(settings.load({"STORE": "memory"}), Path(), {}, [[]], clock)

    def start(_supervisor: Supervisor, _number: int) -> Worker:
        nonlocal started
        started += 1
        supervisor.stopping = started == ENOUGH
        return Worker(cast(BaseProcess, Process(clock, lives_s)), cast(Event, Ready(answers)))

    monkeypatch.setattr(inherited, "make", lambda _template, _environment: False)
    monkeypatch.setattr(Supervisor, "_start", start)
    monkeypatch.setattr("llm_router.local.server.POLL_S", 0.0)
    assert (supervisor.run(lambda: None), started) == expected
