"""One HTTP API event (payload format 2.0) as an ASGI request, and what the app sends as the function's result."""

from __future__ import annotations

import asyncio
import base64
import binascii
from urllib.parse import unquote

from starlette.types import Message, Scope

from llm_router.errors import MalformedRequest

Result = dict[str, object]


class Exchange:
    """The scope of one event, and the `receive` and `send` that an ASGI app is called with.

    Raises `MalformedRequest` when the event is no HTTP request. An answer in several parts comes out whole.
    """

    def __init__(self, event: object) -> None:
        self.scope, self._body = _request(event)
        self._read = False
        self._ended = asyncio.Event()
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []

    async def receive(self) -> Message:
        """The whole body at once; after it nothing until the answer is complete, since nobody hangs up early."""
        if self._read:
            await self._ended.wait()
            return {"type": "http.disconnect"}
        self._read = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Take one of the app's messages."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], message.get("headers", [])
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._ended.set()

    def result(self) -> Result:
        """What the function gives back. Repeated headers are joined by commas, cookies stand apart."""
        headers: dict[str, str] = {}
        cookies: list[str] = []
        for raw_name, raw_value in self._headers:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            if name == "set-cookie":
                cookies.append(value)
            else:
                headers[name] = f"{headers[name]},{value}" if name in headers else value
        body = b"".join(self._parts)
        try:
            text, encoded = body.decode(), False
        except UnicodeDecodeError:
            text, encoded = base64.b64encode(body).decode(), True
        result: Result = {"statusCode": self._status, "headers": headers, "body": text, "isBase64Encoded": encoded}
        return result | {"cookies": cookies} if cookies else result


def _request(event: object) -> tuple[Scope, bytes]:
    if not isinstance(event, dict) or event.get("version") != "2.0":
        raise MalformedRequest("The event is no HTTP API request of payload format 2.0.")
    context, headers, body = event.get("requestContext"), event.get("headers") or {}, event.get("body") or ""
    http = context.get("http") if isinstance(context, dict) else None
    path, query, cookies = event.get("rawPath"), event.get("rawQueryString") or "", event.get("cookies") or []
    if (
        not isinstance(http, dict)
        or not isinstance(method := http.get("method"), str)
        or not isinstance(path, str)
        or not isinstance(query, str)
        or not isinstance(headers, dict)
        or not isinstance(body, str)
        or not isinstance(cookies, list)
        or not all(isinstance(part, str) for pair in headers.items() for part in pair)
    ):
        raise MalformedRequest("The event is no HTTP API request of payload format 2.0.")
    pairs = [(_bytes(name.lower()), _bytes(value)) for name, value in headers.items()]
    if cookies:
        pairs.append((b"cookie", _bytes("; ".join(map(str, cookies)))))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(_bytes(path).decode()) or "/",
        "root_path": "",
        "query_string": _bytes(query),
        "headers": pairs,
        "aws.event": event,
    }
    return scope, _body(body, is_base64=bool(event.get("isBase64Encoded")))


def _bytes(text: str) -> bytes:
    """UTF-8; lone surrogates, which it cannot hold, become question marks."""
    return text.encode("utf-8", "replace")


def _body(body: str, *, is_base64: bool) -> bytes:
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except (binascii.Error, ValueError):
        raise MalformedRequest("The body is not valid base64 or not valid UTF-8.") from None
