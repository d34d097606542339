"""Requests that wait long for providers, or for nobody, go to the function's own endpoint on the event loop.

Behind Lambda's streaming doors an adapter hands HTTP to the function's ASGI app and passes its pieces on. Doing so here
keeps slow providers from occupying the threads that everything else needs, and lets streams really stream; only what
asks a store over a network on the way is done on threads, by `aside`. What is swift is spared the way to a thread and
back, which would take a good part of its time. The gateway has found the route, so that the app need not look for it
once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from llm_router.errors import Overloaded
from llm_router.local.routing import Match
from llm_router.web.access import RouteRule
from llm_router.web.door import Door
from llm_router.web.event_stream import EventStream

STOPPING = Overloaded("The service is stopping; try again in a moment.", retry_after_s=1)
"""What is told to whoever is still waiting when it ends."""


async def serve(
    door: Door, found: Match, scope: Scope, body: bytes, receive: Receive, send: Send, *, waits: bool
) -> None:
    """Answer a request whose body has been read already.

    What `waits` for others is called off when the client goes away before there is an answer, unless the request can be
    sent again for it by its idempotency key; a stream never can.

    When it is cancelled before the answer has begun, `CancelledError` goes on to the caller, who answers instead.
    """
    unread = True

    async def read() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    request = Request({**scope, "path_params": dict(found.parameters)}, read, send)
    answer = door.routes.served(found.route.method, found.route.path)(request)
    if not waits or (request.headers.get("idempotency-key") and not _asks_for_a_stream(body)):
        response: Response | None = await answer
    else:
        response = await _unless_gone(answer, receive)
    if response is None:
        return
    if isinstance(response, EventStream):
        await _streamed(response, request.scope, read, send)
    else:
        await response(request.scope, read, send)


class _Mode(BaseModel):
    mode: object = None


def asks_a_model(rule: RouteRule, body: bytes) -> bool:
    """Whether a request of a route that waits may wait: to `/route` only one that asks for an answer does."""
    if rule.path != "/route":
        return True
    try:
        return _Mode.model_validate_json(body).mode == "generate"
    except ValidationError:
        return False


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True)

    stream: bool | None = None


def _asks_for_a_stream(body: bytes) -> bool:
    try:
        return bool(_Asked.model_validate_json(body).stream)
    except ValidationError:
        return False


async def _unless_gone(answer: Awaitable[Response], receive: Receive) -> Response | None:
    """The answer, or None where the client has gone before it was there."""
    task, gone = asyncio.current_task(), False
    assert task is not None, "somebody waits"  # noqa: S101
    before = task.cancelling()

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    watching = asyncio.create_task(watch())
    try:
        return await answer
    except asyncio.CancelledError:
        if gone and task.uncancel() <= before:
            return None
        raise
    finally:
        watching.cancel()


async def _streamed(response: EventStream, scope: Scope, receive: Receive, send: Send) -> None:
    """Send events; what is cancelled in their midst ends with an error event, in the form of the others."""
    begun, ended = False, False

    async def sent(message: Message) -> None:
        nonlocal begun, ended
        await send(message)
        begun, ended = True, message["type"] == "http.response.body" and not message.get("more_body", False)

    try:
        await response(scope, receive, sent)
    except asyncio.CancelledError:
        if not begun:
            raise
        if not ended:
            await send({"type": "http.response.body", "body": response.cut_off(STOPPING)})
