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
    assert not HEAVY.intersection(imported(function))


@pytest.mark.parametrize("function", sorted(PEAK_MB.keys() - {"route"}))
def test_only_the_function_that_generates_loads_what_it_takes(function: str):
    assert not {name for name in imported(function) if name.startswith("llm_router.generation.")}


def imported(function: str) -> set[str]:
    """The modules that are there once the function's own has been imported."""
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
    return set(done.stdout.split())


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("function", PEAK_MB)
def test_a_function_under_awss_own_runtime_client_answers_within_its_memory(function: str):
    assert cold_start(function, {}).memory.peak < PEAK_MB[function]


@pytest.mark.parametrize(("path", "most"), [("/classify", 1), ("/route", 8)])
def test_requests_leave_nothing_behind(path: str, most: float):
    """No block of a classification that is known stays; of a route the decision does, which the store holds."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.left_behind", path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "shared"), str(ROOT / "layers" / "model")))},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert float(done.stdout) < most


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
