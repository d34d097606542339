"""Latency and throughput over HTTP, of one or several services in turn."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from tests.bench.prompts import new_prompts, of_tokens
from tests.bench.timing import Counts, Times, alternately, of_the_model
from tests.support.running import ROOT

CONNECTIONS = (1, 8, 32, 128)


class Line:
    """One connection kept open to one address."""

    def __init__(self, address: str, prompts: Iterator[str]) -> None:
        split = urlsplit(address)
        self._path = split.path
        self._connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=30)
        self._prompts = prompts

    def __call__(self) -> Counts | None:
        """One request, from its first byte sent to its last byte received. Raises when it is not answered with 200."""
        body = json.dumps({"prompt": next(self._prompts)})
        self._connection.request("POST", self._path, body, {"content-type": "application/json"})
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self._connection.host}:{self._connection.port} answered {answer.status}")
        return of_the_model(said)


def latency(
    services: Mapping[str, str],
    prompts: Callable[[int], Iterator[str]] = new_prompts,
    turns: int = 400,
    in_a_row: int = 1,
) -> dict[str, Times]:
    """Prompts of 8 to 30 words, so many requests in a row in each turn, on one connection for each service."""
    seed = time.time_ns()
    lines = {name: Line(address, prompts(seed)) for name, address in services.items()}
    return alternately(lines, turns=turns, warm_up=max(1, 30 // in_a_row), in_a_row=in_a_row)


def by_length(address: str, lengths: tuple[int, ...], turns: int = 40) -> dict[int, Times]:
    """The whole path by the prompt's length in tokens."""
    return {
        length: alternately({"http": Line(address, of_tokens(length))}, turns=turns, warm_up=5)["http"]
        for length in lengths
    }


def throughput(address: str, connections: int, seconds: float) -> dict[str, float]:
    """Answers a second with so many connections, from a load generator in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.connections", address, str(connections), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=seconds + 120)
    found: dict[str, float] = json.loads(done.stdout)
    return found
