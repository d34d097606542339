"""What a request leaves behind, what a function loads, and how much memory its process needs at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc

import pytest

from tests.bench.cold_start import cold_start
from tests.support.running import ROOT
from tests.support.service import service

HEAVY = {"numpy", "onnxruntime", "tokenizers", "boto3", "redis", "openai", "httpx2"}
PEAK_MB = {"route": 180, "classify": 180, "ingest": 90, "dashboard": 90}


@pytest.mark.parametrize("function", PEAK_MB)
def test_importing_a_function_loads_nothing_heavy(function: str):
    done = subprocess.run(
        [sys.executable, "-c", "import sys, app; print(*sys.modules)"],
        cwd=ROOT / "functions" / function,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join((str(ROOT / "shared"), str(ROOT / "layers" / "model"))),
            "STORE": "memory",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not HEAVY.intersection(done.stdout.split())


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("function", PEAK_MB)
def test_a_function_under_awss_own_runtime_client_answers_within_its_memory(function: str):
    assert cold_start(function, {}).memory.peak < PEAK_MB[function]


@pytest.mark.parametrize("path", ["/classify", "/route"])
def test_requests_leave_nothing_behind(path: str):
    with service() as running:
        body = {"prompt": "How do I sort a list in Python?"}
        event = running.http("GET", "/healthz", b"", {})
        for _ in range(20):
            running.post(path, body)
        before = _blocks(lambda: running.event(event, "/healthz"))
        for _ in range(200):
            running.post(path, body)
        assert _blocks(lambda: running.event(event, "/healthz")) - before < 200 * KEPT[path]


KEPT = {"/classify": 1, "/route": 8}
"""Blocks that stay after a request: none of a classification; of a route the decision, which the store holds."""


def _blocks(settle) -> int:
    import gc

    settle()
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.parametrize(("path", "most"), [("/classify", 32 * 1024), ("/route", 512 * 1024)])
def test_a_request_allocates_little_at_a_time(path: str, most: int):
    with service() as running:
        for number in range(5):
            running.post(path, {"prompt": f"How do I sort a list of {number} in Python?"})
        tracemalloc.start()
        try:
            running.post(path, {"prompt": "How do I sort a list of 6 in Python?"})
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < most
