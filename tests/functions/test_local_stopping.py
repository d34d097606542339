"""A worker that is told to end while it answers, and how many connections one takes."""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llm_router.local import worker
from tests.support.connection import connected, request
from tests.support.provider_faults import Fault
from tests.support.provider_server import ProviderServer, provider_server
from tests.support.running import start

MODEL = "openai/gpt-4.1"


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with provider_server() as found:
        yield found


CHAT: dict[str, object] = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
ASKED: dict[str, dict[str, object]] = {
    "/v1/chat/completions": CHAT,
    "/v1/responses": {"model": MODEL, "input": "Hello"},
    "/v1/messages": CHAT,
}
"""What each protocol is asked with."""


@pytest.mark.parametrize("path", ASKED)
def test_generations_that_a_stop_cuts_off_are_told_so(tmp_path: Path, provider: ProviderServer, path: str):
    provider.then(Fault.HANG_MIDWAY, Fault.HANG)
    keys = {"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": provider.url, "PRIVATE_HTTP_PROVIDERS": "true"}
    running = start(tmp_path, WORKERS="1", **keys)
    with connected(running.ports["PORT"]) as streaming, ThreadPoolExecutor() as pool:
        streaming.send(
            request(
                f"POST {path}",
                "Content-Type: application/json",
                body=json.dumps({**ASKED[path], "stream": True}).encode(),
            )
        )
        streaming.file.peek(1)
        provider.arrived.clear()
        whole = pool.submit(running.ask, "PORT", "POST", path, ASKED[path])
        assert provider.arrived.wait(20)
        running.process.send_signal(signal.SIGTERM)
        status, body = whole.result(20)
        streamed = streaming.answer()
    running.process.communicate(timeout=20)
    assert (status, json.loads(body)["error"]["code"]) == (503, "overloaded")
    told = [json.loads(line[6:]) for line in streamed.body.decode().splitlines() if line.startswith("data: ")]
    assert (streamed.status, next(each["error"] for each in told if "error" in each)["code"]) == (200, "overloaded")
    assert told[-1].get("type") == {"/v1/responses": "response.failed", "/v1/messages": "error"}.get(path)
    assert running.process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit that is told may be none that can be had")
def test_a_worker_takes_as_many_connections_as_the_system_allows():
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(before, 512), most))
        worker.allow_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
