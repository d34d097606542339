"""What a door does around an endpoint: an answer goes out before what is noted of it, and a large one packed."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterator

import pytest
from starlette.types import Message

from llm_router.activity import Observation
from llm_router.adapters.telemetry import Telemetry
from llm_router.local.functions import load_module
from llm_router.web.fitting import LARGE
from tests.support.service import Service, service

MODEL = {"provider": "acme", "display_name": "One", "input_usd_per_mtok": 1.5, "output_usd_per_mtok": 2.0}
MANY = 2500


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


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a catalogue of thousands of models."""
    with service(STORE="sqlite", STATE_DIR=str(tmp_path_factory.mktemp("state"))) as running:
        many = [{**MODEL, "id": f"acme/{number}"} for number in range(MANY)]
        assert running.admin("/update", {"models": many}).status == 200
        yield running


@pytest.mark.parametrize("path", ["/models", "/metrics/models"])
@pytest.mark.parametrize("accepted", ["gzip", "br;q=1.0, GZIP;q=0.5", "*"])
def test_a_large_answer_is_packed_for_whom_it_may_be(large: Service, path: str, accepted: str):
    plain, packed = large.get(path), large.send("GET", path, headers={"accept-encoding": accepted})
    assert len(plain.body) > LARGE > 4 * len(packed.body)
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(packed.body)
    assert zlib.decompress(packed.body, wbits=31) == plain.body
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, *"])
def test_nobody_is_sent_what_they_do_not_take(large: Service, accepted: str):
    reply = large.send("GET", "/models", headers={"accept-encoding": accepted})
    assert "content-encoding" not in reply.headers
    assert len(reply.json["models"]) >= MANY


def test_a_small_answer_goes_as_it_is(large: Service):
    reply = large.send("GET", "/models/acme/1", headers={"accept-encoding": "gzip"})
    assert not {"content-encoding", "vary"} & set(reply.headers)
    assert reply.json["id"] == "acme/1"
