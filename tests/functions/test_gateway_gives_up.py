"""A function that does not answer in time, and a caller who goes before all of the request is there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from starlette.types import Message

from llm_router.local.functions import FunctionTimedOut
from llm_router.local.gateway import Gateway
from llm_router.local.routing import RouteTable
from llm_router.local.template import load
from tests.support.service import ROOT

TABLE = RouteTable(load(ROOT / "template.yaml").routes)
HEADERS = [(b"host", b"localhost"), (b"content-type", b"application/json")]
WHOLE: Message = {"type": "http.request", "body": b'{"prompts": ["Hello"]}', "more_body": False}
HALF: Message = {"type": "http.request", "body": b'{"prompts": ', "more_body": True}
GONE: Message = {"type": "http.disconnect"}


@dataclass
class TooSlow:
    """A host none of whose functions answers in time."""

    invoked: list[str] = field(default_factory=list)

    async def invoke(self, name: str, _event: Mapping[str, object]) -> object:
        self.invoked.append(name)
        raise FunctionTimedOut(name)


@dataclass
class Asked:
    """What comes of one request whose body arrives like this."""

    came: Iterator[Message]
    sent: list[Message] = field(default_factory=list)
    host: TooSlow = field(default_factory=TooSlow)

    def __post_init__(self) -> None:
        self.gateway = Gateway(TABLE, self.host, {}, 4, 4, runs_swift_here=False)  # type: ignore[arg-type]

    def run(self, path: str) -> None:
        async def receive() -> Message:
            return next(self.came)

        async def send(message: Message) -> None:
            self.sent.append(message)

        about = {"http_version": "1.1", "headers": HEADERS, "client": ("127.0.0.1", 1), "server": None}
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", **about}
        asyncio.run(self.gateway(scope, receive, send))


@pytest.mark.parametrize("path", ["/classify", "/classify/batch", "/update", "/refresh"])
def test_a_function_that_does_not_answer_in_time_is_told_in_the_envelope_of_every_error(path: str):
    asked = Asked(iter([WHOLE]))
    asked.run(path)
    start, body = asked.sent
    error = json.loads(body["body"])["error"]
    assert (start["status"], error["code"]) == (503, "function_timeout")
    assert error["message"] == "The function did not answer in time."
    assert error["request_id"]
    assert len(asked.host.invoked) == 1
    assert (asked.gateway.in_flight, asked.gateway.waiting) == (0, 0)


@pytest.mark.parametrize("path", ["/classify", "/route", "/update", "/v1/chat/completions"])
@pytest.mark.parametrize("came", [[GONE], [HALF, GONE]], ids=["before it", "in its midst"])
def test_of_a_request_whose_caller_has_gone_nothing_is_done(path: str, came: list[Message]):
    asked = Asked(iter(came))
    asked.run(path)
    assert (asked.sent, asked.host.invoked) == ([], [])
    assert (asked.gateway.in_flight, asked.gateway.waiting) == (0, 0)
