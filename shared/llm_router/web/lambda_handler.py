"""The Lambda boundary: whatever the event, the answer is a declared result and never an exception."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import re
import threading
from collections.abc import Callable
from typing import Any, TypeGuard, cast
from uuid import uuid4

from mangum import Mangum
from mangum.types import ASGI, LambdaContext, LambdaEvent

from llm_router.errors import MalformedRequest, RouterError
from llm_router.web.errors import error_response

Result = dict[str, object]
LambdaHandler = Callable[[object, object], Result]
NO_HOST = "host.invalid"
_LOOPS = threading.local()
# Below that the adapter logs each path, in which a caller may have put anything.
logging.getLogger("mangum").setLevel(logging.WARNING)


def lambda_handler(app: ASGI, *, on_schedule: Callable[[str], Result] | None = None) -> LambdaHandler:
    """A handler for HTTP API events of payload format 2.0 and, with `on_schedule`, for EventBridge schedules.

    `on_schedule` gets the event's id, so that an event delivered twice can be told. Any other event is a 400.
    """
    _loop()  # before the adapter looks for one and makes another
    adapter = Mangum(app, lifespan="off")

    def handle(event: object, context: object) -> Result:
        if on_schedule is not None and (event_id := _schedule_id(event)) is not None:
            return on_schedule(event_id)
        try:
            request = _http_event(event)
        except MalformedRequest as error:
            return _refusal(error)
        _loop()
        return adapter(cast("LambdaEvent", request), cast("LambdaContext", context))

    return handle


def _schedule_id(event: object) -> str | None:
    if not isinstance(event, dict):
        return None
    if event.get("source") not in ("aws.events", "aws.scheduler") or "requestContext" in event:
        return None
    found = event.get("id")
    return found if isinstance(found, str) and found else uuid4().hex


def _http_event(event: object) -> Result:
    """The event with what the adapter chokes on made tame. Raises `MalformedRequest` when it is no such event."""
    if not _is_http_event(event):
        raise MalformedRequest("The event is no HTTP API request of payload format 2.0.")
    context = event["requestContext"]
    return event | {
        "headers": _tame_headers(event.get("headers") or {}),
        "body": _body(event.get("body") or "", is_base64=bool(event.get("isBase64Encoded"))),
        "isBase64Encoded": True,
        "rawPath": _encodable(event["rawPath"]),
        "rawQueryString": _encodable(event.get("rawQueryString") or ""),
        "requestContext": context | {"http": {"sourceIp": "", **context["http"], "path": event["rawPath"]}},
    }


def _is_http_event(event: object) -> TypeGuard[dict[str, Any]]:
    """Whether every part that is read of an event is there and is what payload format 2.0 says."""
    if not isinstance(event, dict) or event.get("version") != "2.0":
        return False
    context, headers = event.get("requestContext"), event.get("headers") or {}
    http = context.get("http") if isinstance(context, dict) else None
    if not isinstance(http, dict) or not isinstance(headers, dict) or not isinstance(event.get("body"), str | None):
        return False
    texts = http.get("method"), event.get("rawPath"), event.get("rawQueryString") or ""
    return all(isinstance(text, str) for text in (*texts, *headers, *headers.values()))


def _encodable(text: str) -> str:
    """Without what UTF-8 cannot say, such as half a pair of surrogates."""
    return text.encode("utf-8", "replace").decode()


def _tame_headers(headers: dict[str, str]) -> dict[str, str]:
    """Lower-case and encodable. A Host with a port, an odd one, or an odd forwarded port makes Mangum raise.

    The name stays, since it tells who may come in; one that is none becomes a name that is nobody's.
    """
    tame = {name.lower(): _encodable(value) for name, value in headers.items()}
    host = tame.get("host", "")
    name = host.partition(":")[0]
    if not host or host.startswith("["):  # an address, for which there is no room
        tame["host"] = "localhost"
    elif name.isascii() and all(re.fullmatch(r"[\w-]+", part) for part in name.split(".")):
        tame["host"] = name
    else:
        tame["host"] = NO_HOST
    if not tame.get("x-forwarded-port", "0").isdecimal():
        del tame["x-forwarded-port"]
    return tame


def _body(body: str, *, is_base64: bool) -> str:
    try:
        raw = base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except (binascii.Error, ValueError):
        raise MalformedRequest("The body is not valid base64 or not valid UTF-8.") from None
    return base64.b64encode(raw).decode()


def _refusal(error: RouterError) -> Result:
    response = error_response(error, path="", request_id=uuid4().hex)
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": bytes(response.body).decode(),
        "isBase64Encoded": False,
    }


class _ThreadLoop:
    """One thread's event loop, closed when the thread ends."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()

    def __del__(self) -> None:
        if not self.loop.is_running():
            self.loop.close()


def _loop() -> None:
    """Give the calling thread an event loop of its own, also after somebody else has run and closed another there."""
    if not hasattr(_LOOPS, "held"):
        _LOOPS.held = _ThreadLoop()
    asyncio.set_event_loop(_LOOPS.held.loop)


def let_go_of_the_loop() -> None:
    """Close the calling thread's event loop, of which a forked process would share the half; who needs one makes it."""
    if hasattr(_LOOPS, "held"):
        del _LOOPS.held
        asyncio.set_event_loop(None)
