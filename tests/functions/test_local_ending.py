"""How `make run` ends when it is not simply told to: killed, its terminal closed, stopped while it still starts."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.loopback import free_port
from tests.support.running import PORTS, command, running_service, start

WORKERS = 2


def starting(process: int) -> int:
    """Its workers in which Python has come so far that a SIGINT would raise `KeyboardInterrupt`."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    told = [Path("/proc", each, "status").read_text() for each in children]
    caught = [int(each.partition("SigCgt:")[2].split()[0], 16) for each in told]
    return sum(bool(signals & 1 << signal.SIGINT - 1) for signals in caught)


def test_workers_of_a_killed_service_end_and_the_next_one_starts_where_it_was(tmp_path: Path):
    running = start(tmp_path)
    assert (tmp_path / "cache.bin").exists()
    running.process.kill()
    running.process.communicate(timeout=20)  # its workers hold the other end, too
    assert (tmp_path / "cache.bin").exists()
    with running_service(tmp_path) as again:
        assert again.ask("PORT", "GET", "/healthz")[0] == 200
    assert not (tmp_path / "cache.bin").exists()


@contextmanager
def at_hangup(action: signal.Handlers) -> Iterator[None]:
    """What processes that are started meanwhile inherit: nohup, for one, has them ignore it."""
    before = signal.signal(signal.SIGHUP, action)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def test_it_ends_cleanly_when_its_terminal_closes(tmp_path: Path):
    with at_hangup(signal.SIG_DFL):
        running = start(tmp_path)
    os.killpg(running.process.pid, signal.SIGHUP)
    said, _ = running.process.communicate(timeout=20)
    assert (running.process.returncode, said) == (0, "")


def test_under_nohup_it_outlives_its_terminal(tmp_path: Path):
    with at_hangup(signal.SIG_IGN):
        running = start(tmp_path)
    os.killpg(running.process.pid, signal.SIGHUP)
    assert running.ask("PORT", "GET", "/healthz")[0] == 200
    running.process.terminate()
    said, _ = running.process.communicate(timeout=20)
    assert (running.process.returncode, said) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells which processes another one has started")
def test_ctrl_c_while_the_workers_still_start_ends_it_without_a_word(tmp_path: Path):
    process = command(tmp_path, {name: free_port() for name in PORTS})
    while starting(process.pid) < WORKERS:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")
