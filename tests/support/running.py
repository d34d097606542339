"""The whole service in processes of its own, as `make run` starts it, for tests that speak to it over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.loopback import free_port

ROOT = Path(__file__).parents[2]
PORTS = ("PORT", "CLASSIFIER_PORT", "INGESTOR_PORT", "DASHBOARD_PORT")
READY = "The router is running."
READY_WITHIN_S = 60.0


def command(folder: Path, ports: Mapping[str, int], **given: str) -> subprocess.Popen[str]:
    """The command behind `make run`, on ports and a state folder of its own, with these settings beside."""
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.Popen(
        [sys.executable, "-m", "llm_router.local"],
        cwd=ROOT,
        env={
            **inherited,
            **{name: str(port) for name, port in ports.items()},
            "PYTHONPATH": f"{ROOT / 'shared'}{os.pathsep}{ROOT / 'layers' / 'model'}",
            "STATE_DIR": str(folder),
            "WORKERS": "2",
            **given,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a process group of its own, for what a terminal sends to all of one
    )


@dataclass(frozen=True)
class Running:
    """A service that has said that it runs."""

    ports: Mapping[str, int]
    banner: str
    process: subprocess.Popen[str]

    def url(self, name: str = "PORT") -> str:
        """The address of one of its ports."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def ask(self, name: str, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=20)
        try:
            raw = None if body is None else json.dumps(body)
            connection.request(method, path, raw, {"content-type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    @property
    def admin_key(self) -> str:
        return next(line.split()[-1] for line in self.banner.splitlines() if "admin key" in line)


def start(folder: Path, **given: str) -> Running:
    """Start it and wait for its banner."""
    ports = {name: free_port() for name in PORTS}
    process = command(folder, ports, **given)
    assert process.stdout is not None
    said = []
    too_late = threading.Timer(READY_WITHIN_S, process.kill)
    too_late.start()
    for line in process.stdout:
        said.append(line)
        if line.strip().startswith("curl "):
            break
    too_late.cancel()
    return Running(ports, "".join(said), process)


def stop(running: Running) -> tuple[int, str]:
    """End it as Ctrl-C does; its exit status and whatever else it said."""
    running.process.send_signal(signal.SIGINT)
    try:
        said, _ = running.process.communicate(timeout=20)
    finally:
        running.process.kill()
    return running.process.returncode, said


@contextmanager
def running_service(folder: Path, **given: str) -> Iterator[Running]:
    """The service with these settings while the block runs; it must end cleanly and without a word."""
    found = start(folder, **given)
    try:
        yield found
    finally:
        ended = stop(found)
    assert ended == (0, "")
