"""Each function as a true sub-process under AWS's own runtime client: from exec to its first answer, and its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llm_router.local.events import HttpRequest, http_event
from tests.bench.processes import Memory, memory, processor_ms
from tests.support.running import ROOT
from tests.support.runtime_api import runtime_api

FIRST_REQUESTS: Mapping[str, tuple[str, str, object]] = {
    "route": ("POST", "/route", {"prompt": "Write a Python function to sort a list"}),
    "classify": ("POST", "/classify", {"prompt": "Write a short poem about the sea"}),
    "ingest": ("GET", "/models", None),
    "dashboard": ("GET", "/dashboard/data", None),
}


@dataclass(frozen=True)
class ColdStart:
    """One start: milliseconds to the first answer, the processor time of that, and the memory after a second one."""

    first_ms: float
    processor_ms: float
    memory: Memory


def cold_start(function: str, environment: Mapping[str, str]) -> ColdStart:
    """Start the function, let it answer twice, and end it."""
    method, path, body = FIRST_REQUESTS[function]
    raw = b"" if body is None else json.dumps(body).encode()
    request = HttpRequest(method, path, "", [("content-type", "application/json")], raw, "127.0.0.1")
    event = http_event(request, route_key=path, path_parameters={}, request_id="bench", now=time.time())
    code = ROOT / "functions" / function
    with runtime_api() as api:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", "app.handler"],
            cwd=code,
            env=_environment(code, api.address, environment),
            stdout=subprocess.DEVNULL,
        )
        try:
            first_at, result = api.invoke(event)
            if not isinstance(result, dict) or result["statusCode"] != 200:
                raise RuntimeError(f"{function} answered {result}")
            used = processor_ms(process.pid)
            api.invoke(event)
            return ColdStart((first_at - started) * 1000, used, memory(process.pid))
        finally:
            process.kill()
            process.wait()


def _environment(code: Path, address: str, given: Mapping[str, str]) -> dict[str, str]:
    paths = (ROOT / "shared", ROOT / "layers" / "model", code)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": code.name,
        "LAMBDA_TASK_ROOT": str(code),
        "STORE": "memory",
        "LISTENER": "loopback",
        "ADMIN_KEY": "bench-admin-key",
        "LOG_LEVEL": "WARNING",
        **given,
    }
