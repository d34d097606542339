"""Requests that wait long for others, or for nobody, go to the function's own endpoint on the event loop.

Behind Lambda's streaming doors an adapter hands HTTP to the function's ASGI app and passes its pieces on. Doing so here
keeps slow providers from occupying the threads that everything else needs, and lets streams really stream. What is
swift is spared the way to a thread and back, which would take a good part of its time. The gateway has found the route,
so that the app need not look for it once more.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from llm_router.local.routing import Match
from llm_router.web.door import Door


async def serve(door: Door, found: Match, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
    """Answer a request whose body has been read already."""
    unread = True

    async def read() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    request = Request({**scope, "path_params": dict(found.parameters)}, read, send)
    response = await door.routes.served(found.route.method, found.route.path)(request)
    await response(request.scope, read, send)
