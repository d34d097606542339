"""Requests that wait long for others, or for nobody, go to the function's own app on the event loop.

Behind Lambda's streaming doors an adapter hands HTTP to the very same ASGI app and passes its pieces on. Doing so here
keeps slow providers from occupying the threads that everything else needs, and lets streams really stream. What is
swift is spared the way to a thread and back, which would take a good part of its time.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llm_router.local.events import HttpRequest


async def serve(app: ASGIApp, scope: Scope, request: HttpRequest, path: str, receive: Receive, send: Send) -> None:
    """Answer a request whose body has been read already. `path` is the one that the app knows it by."""
    unread = True

    async def body() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": request.body, "more_body": False}
        return await receive()

    await app({**scope, "path": path, "raw_path": path.encode(), "root_path": ""}, body, send)
