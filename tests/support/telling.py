"""An app that tells what it was asked, for tests of the HTTP before it."""

from __future__ import annotations

import asyncio
import json

from starlette.types import Receive, Scope, Send

from tests.support.connection import request

SLOW_S = 150
OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAA")
"""What curl --http2 and Java's HttpClient send with their first request."""

OFFERED = request("POST /one", *OFFER, body=b"the body")
CHUNKED = request("POST /one", *OFFER, "Transfer-Encoding: chunked") + b"3\r\nthe\r\n5\r\n body\r\n0\r\n\r\n"


async def telling(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells it whole or, of `/stream`, as two pieces of a stream. `/slow` takes `SLOW_S` by the loop's clock, and
    `/early` reads no body."""
    if scope["path"] == "/slow":
        await asyncio.sleep(SLOW_S)
    body, more = b"", scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    told = json.dumps({"asked": f"{scope['method']} {scope['path']}", "headers": headers, "body": body.decode()})
    length = [] if scope["path"] == "/stream" else [(b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": told[:9].encode(), "more_body": True})
    await send({"type": "http.response.body", "body": told[9:].encode(), "more_body": False})
