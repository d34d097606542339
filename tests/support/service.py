"""The four real functions in this process, spoken to as API Gateway would, from the template's own routes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from snapshot_restore_py import get_after_restore, get_before_snapshot

from llm_router.local.events import HttpRequest, http_answer, http_event
from llm_router.local.functions import load_module
from llm_router.local.routing import RouteTable
from llm_router.local.template import Template, load
from tests.support.logged import forget_logger

ROOT = Path(__file__).parents[2]
ADMIN_KEY = "test-admin-key"


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        """The body as JSON; typed loosely because tests look into it."""
        return json.loads(self.body)

    @property
    def events(self) -> list[str]:
        """The data of each event of a stream."""
        return [event.removeprefix("data: ") for event in self.body.decode().split("\n\n") if event]

    @property
    def error(self) -> str:
        """The code of the error envelope, which every error must have: ours, or OpenAI's."""
        envelope = self.json["error"]
        assert envelope["message"]
        assert envelope.get("request_id") or envelope["type"]
        return envelope["code"]


@cache
def _template() -> Template:
    return load(ROOT / "template.yaml")


@dataclass
class Service:
    """The functions behind the template's routes."""

    template: Template = field(default_factory=_template)
    loopback: bool = True

    def __post_init__(self) -> None:
        self.table = RouteTable(self.template.routes)

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: object, **headers: str) -> Reply:
        return self.send("POST", path, body, headers=headers)

    def admin(self, path: str, body: object) -> Reply:
        return self.post(path, body, authorization=f"Bearer {ADMIN_KEY}")

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request through the door that the template names for it; a body that is not bytes goes as JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        pairs = {"content-type": "application/json", **(headers or {})}
        return self.event(self.http(method, path, raw, pairs), unquote(path).partition("?")[0], method)

    def http(self, method: str, path: str, raw: bytes, headers: Mapping[str, str]) -> dict[str, object]:
        """The event for a request."""
        bare, _, query = path.partition("?")
        match = self.table.match(method, unquote(bare))
        assert match is not None
        request = HttpRequest(method, unquote(bare), query, list(headers.items()), raw, "127.0.0.1")
        return http_event(
            request, route_key=match.route.path, path_parameters=match.parameters, request_id="test-request", now=1.8e9
        )

    def event(self, event: object, path: str, method: str = "GET") -> Reply:
        """Any event at all to the function behind a path."""
        match = self.table.match(method, path)
        assert match is not None
        result = load_module(self.template.functions[match.route.function]).handler(event, None)
        answer = http_answer(result)
        assert answer is not None, "the handler's result is no HTTP answer"
        return Reply(answer.status, dict(answer.headers), answer.body)


def forget_functions() -> None:
    """Drop the functions' modules, so that the next use reads its settings anew, as a cold start does."""
    forget_logger()
    for hooks in (get_before_snapshot(), get_after_restore()):
        hooks.clear()
    for name in [name for name in sys.modules if name.startswith("functions.")]:
        sys.modules.pop(name).service.close()


@contextmanager
def service(**environment: str) -> Iterator[Service]:
    """The functions with these settings on top of a store in memory and a loopback listener."""
    given = {
        "STORE": "memory",
        "LISTENER": "loopback",
        "ADMIN_KEY": ADMIN_KEY,
        "HASH_SECRET": "test-hash-secret",
        "LOG_LEVEL": "ERROR",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (given | environment).items():
            patch.setenv(name, value)
        forget_functions()
        try:
            yield Service()
        finally:
            forget_functions()
