"""What a door does around an endpoint: an answer goes out before what is noted of it."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.types import Message

from llm_router.activity import Observation
from llm_router.adapters.telemetry import Telemetry
from llm_router.local.functions import load_module
from tests.support.service import service


@pytest.mark.parametrize(("prompt", "status"), [("Why is the sky blue?", 200), ("", 422)])
def test_an_answer_does_not_wait_for_what_is_noted_of_it(monkeypatch: pytest.MonkeyPatch, prompt: str, status: int):
    happened: list[str] = []
    noted: list[Observation] = []

    def observe(_: Telemetry, observation: Observation) -> None:
        happened.append("noted")
        noted.append(observation)

    async def receive() -> Message:
        return {"type": "http.request", "body": json.dumps({"prompt": prompt}).encode(), "more_body": False}

    async def send(message: Message) -> None:
        happened.append(message["type"])

    monkeypatch.setattr(Telemetry, "observe", observe)
    scope = {"type": "http", "method": "POST", "path": "/classify", "query_string": b"", "headers": []}
    with service() as running:
        app = load_module(running.template.functions["ClassifyFunction"]).door.app
        asyncio.run(app(scope, receive, send))
    assert happened == ["http.response.start", "http.response.body", "noted"]
    assert noted[0].status == status
    assert noted[0].ms > 0
