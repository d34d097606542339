"""The worker processes of `make run`, forked and spawned: replaced when one ends, gone when the service is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.processes import descendants
from tests.support.running import Running, start, stop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells what processes start and hold")

SPAWNS = "import sys; from llm_router.local import inherited, __main__ as service; inherited.make = lambda *_: False; "
OWN_MB = 200
"""What a service with two workers holds in memory beside files, at most; with two of everything it is over 300."""


@pytest.fixture(params=["fork", "spawn"])
def service(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    if request.param == "spawn":
        spawns = tmp_path / "spawns.py"
        spawns.write_text(f"{SPAWNS}\nif __name__ == '__main__':\n    sys.exit(service.main())\n")
        popen = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", lambda command, **given: popen([command[0], str(spawns)], **given))
    found = start(tmp_path / "state")
    try:
        yield found
    finally:
        found.process.kill()
        found.process.communicate(timeout=20)


def workers(found: Running) -> list[int]:
    """The processes that it started and that listen."""
    return [each for each in descendants(found.process.pid) if each != found.process.pid and _listens(each)]


def _listens(process: int) -> bool:
    folder = Path(f"/proc/{process}/fd")
    return any(str(each.readlink()).startswith("socket:") for each in folder.iterdir())


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_worker_that_is_killed_is_replaced_and_all_end_with_a_parent_that_is_killed(service: Running):
    assert "Traceback" not in service.banner, service.banner
    killed, other = workers(service)
    os.kill(killed, 9)
    until(lambda: len(workers(service)) == 2 and killed not in workers(service))
    assert other in workers(service)
    for _ in range(8):
        assert service.ask("PORT", "POST", "/classify", {"prompt": "Sort a list in Python"})[0] == 200
    last = [each for each in descendants(service.process.pid) if each != service.process.pid]
    service.process.kill()
    service.process.communicate(timeout=20)
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in last))


def test_it_ends_cleanly_when_it_is_told_to(service: Running):
    assert service.ask("PORT", "GET", "/healthz")[0] == 200
    assert stop(service) == (0, "")


def test_what_is_the_same_in_all_workers_is_in_memory_once(tmp_path: Path):
    found = start(tmp_path)
    try:
        assert sum(_own_mb(each) for each in descendants(found.process.pid)) < OWN_MB
    finally:
        assert stop(found) == (0, "")


def _own_mb(process: int) -> float:
    told = re.search(r"^Pss_Anon:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    assert told is not None
    return int(told[1]) / 1024
