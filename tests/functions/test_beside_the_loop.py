"""The local service on a store behind a network: while that is asked for one request, the loop serves the others."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.client import BaseClient
from starlette.types import Message

from llm_router.file_tokens import FileTokens, Unpacking, file_tokens
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.local.functions import FunctionHost
from llm_router.local.gateway import Gateway
from llm_router.schemas import parts
from llm_router.spending import MONTH, Period
from tests.support.aws import BUCKET, TABLE, fake_aws
from tests.support.generating import MESSAGES, PROMPT, Client
from tests.support.providers import FakeProvider
from tests.support.service import service

CHAT, ROUTE = "/v1/chat/completions", "/route"
WHOLE = {"model": "auto", "messages": MESSAGES, "session_id": "s"}
GENERATE = {"prompt": PROMPT, "mode": "generate", "session_id": "s"}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with fake_aws(), service(STORE="aws", TABLE_NAME=TABLE, BUCKET_NAME=BUCKET) as api:
        yield Client(api)


@pytest.fixture
def asked_by(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, threading.Thread]]:
    """What AWS is asked, and on which thread."""
    noted: list[tuple[str, threading.Thread]] = []
    ask: Callable[..., object] = vars(BaseClient)["_make_api_call"]

    def note(self: BaseClient, operation: str, given: Mapping[str, object]) -> object:
        noted.append((operation, threading.current_thread()))
        return ask(self, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", note)
    return noted


@pytest.fixture
def gateway(client: Client) -> Iterator[Gateway]:
    client.reset()
    host = FunctionHost(client.api.template.functions, threads=2)
    yield Gateway(client.api.table, host, {}, 4, 4, runs_swift_here=False)
    host._pool.shutdown()


async def post(
    gateway: Gateway, path: str, body: object, headers: Mapping[str, str], gone: asyncio.Event | None = None
) -> list[Message]:
    """What is sent to a caller who waits, or leaves once it has `gone`."""
    pieces: Iterator[bytes] = iter([json.dumps(body).encode()])
    sent: list[Message] = []

    async def receive() -> Message:
        if (piece := next(pieces, None)) is None:
            await (gone or asyncio.Event()).wait()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = {"host": "localhost", "content-type": "application/json", **headers}
    about = {"http_version": "1.1", "client": ("127.0.0.1", 1), "server": None, "query_string": b""}
    scope = {"type": "http", "method": "POST", "path": path, **about}
    await gateway({**scope, "headers": [(k.encode(), v.encode()) for k, v in pairs.items()]}, receive, send)
    return sent


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (ROUTE, {"prompt": PROMPT, "session_id": "s"}, {}),
        (ROUTE, GENERATE, {}),
        (ROUTE, GENERATE, {"idempotency-key": "one"}),
        (ROUTE, {**GENERATE, "cache": {"ttl_s": 60}}, {}),
        (CHAT, WHOLE, {}),
        (CHAT, {**WHOLE, "stream": True}, {}),
        (CHAT, WHOLE, {"idempotency-key": "two"}),
    ],
)
def test_no_request_asks_the_store_on_the_event_loop(client: Client, gateway: Gateway, asked_by, path, body, headers):
    holder = client.holder(usd_per_day=9.0, requests_per_minute=1000)
    asked_by.clear()
    sent = asyncio.run(post(gateway, path, body, {"x-api-key": holder.secret, **headers}))
    assert sent[0]["status"] == 200, sent
    assert len(asked_by) >= 3, "its key, its minute and its decision at least"
    assert [operation for operation, thread in asked_by if thread is threading.current_thread()] == []


PDF = base64.b64encode(b"<</Type/Page>>").decode()
FILE = {"type": "file", "file": {"file_data": "data:application/pdf;base64," + PDF}}
DOCUMENT = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}}


@pytest.mark.parametrize(
    ("path", "part"), [(CHAT, FILE), ("/v1/messages", DOCUMENT), ("/v1/messages/count_tokens", DOCUMENT)]
)
def test_no_file_is_counted_on_the_event_loop(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, path, part):
    threads: list[threading.Thread] = []

    def count(address: str, unpacking: Unpacking) -> FileTokens:
        threads.append(threading.current_thread())
        return file_tokens(address, unpacking)

    monkeypatch.setattr(parts, "file_tokens", count)
    said = {"role": "user", "content": [{"type": "text", "text": PROMPT}, part]}
    asyncio.run(post(gateway, path, {"model": "auto", "max_tokens": 50, "messages": [said]}, {}))
    assert threads
    assert threading.current_thread() not in threads


def test_a_failed_attempt_is_counted_beside_the_loop_too(client: Client, gateway: Gateway, asked_by):
    client.providers.default = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR))
    asked_by.clear()
    sent = asyncio.run(post(gateway, ROUTE, GENERATE, {}))
    assert sent[0]["status"] == 502
    assert [operation for operation, thread in asked_by if thread is threading.current_thread()] == []
    assert asked_by


def test_what_is_set_aside_for_a_caller_who_leaves_meanwhile_is_given_back(client: Client, gateway, monkeypatch):
    holder = client.holder(usd_per_day=9.0)
    client.providers.default = FakeProvider(hangs=True)
    books, period = client.parts.budgets()._books, Period.of(client.service.clock)
    add, added = books.add, []

    async def leaves(gone: asyncio.Event) -> None:
        gone.set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def ask() -> list[Message]:
        gone, loop = asyncio.Event(), asyncio.get_running_loop()

        def add_late(*given: Any) -> object:
            if not gone.is_set():
                asyncio.run_coroutine_threadsafe(leaves(gone), loop).result(20)
            added.append(given)
            return add(*given)

        monkeypatch.setattr(books, "add", add_late)
        return await post(gateway, ROUTE, GENERATE, {"x-api-key": holder.secret}, gone)

    assert asyncio.run(ask()) == []
    assert len(added) == 2, "set aside and settled"
    held = {name: sum(amounts[name] for _, amounts, *_ in added) for name in (MONTH, period.day, period.in_progress)}
    assert held[period.in_progress] == pytest.approx(0.0)
    set_aside = added[0][1][MONTH]
    assert set_aside > 0
    assert held[MONTH] == held[period.day] < set_aside / 10
