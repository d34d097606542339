"""The Lambda boundary: whatever the event, the answer is a declared result and never an exception."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from starlette.types import ASGIApp

from llm_router.errors import MalformedRequest, RouterError
from llm_router.web.errors import error_response
from llm_router.web.exchange import Exchange, Result

__all__ = ["LambdaHandler", "Result", "lambda_handler"]

_LOOPS = threading.local()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LambdaHandler:
    """A handler for HTTP API events of payload format 2.0 and, with `on_schedule`, for EventBridge schedules.

    `on_schedule` gets the event's id, so that an event delivered twice can be told. Any other event is a 400.
    """

    app: ASGIApp
    on_schedule: Callable[[str], Result] | None

    def __call__(self, event: object, context: object) -> Result:
        """Answer an event, as Lambda calls it."""
        if self.on_schedule is not None and (event_id := _schedule_id(event)) is not None:
            return self.on_schedule(event_id)
        return _loop().run_until_complete(self._answer(event))

    async def _answer(self, event: object) -> Result:
        try:
            exchange = Exchange(event)
            await self.app(exchange.scope, exchange.receive, exchange.send)
            return exchange.result()
        except MalformedRequest as error:
            return _refusal(error)
        except Exception as failure:  # noqa: BLE001 - the boundary: even a defect of the doors is a declared answer
            _log.error("The app failed outside its doors (%s).", type(failure).__name__)
            return _refusal(RouterError("Something went wrong on our side."))


def lambda_handler(app: ASGIApp, *, on_schedule: Callable[[str], Result] | None = None) -> LambdaHandler:
    """The handler of a function whose door is `app`."""
    return LambdaHandler(app, on_schedule)


def _schedule_id(event: object) -> str | None:
    if not isinstance(event, dict):
        return None
    if event.get("source") not in ("aws.events", "aws.scheduler") or "requestContext" in event:
        return None
    found = event.get("id")
    return found if isinstance(found, str) and found else uuid4().hex


def _refusal(error: RouterError) -> Result:
    response = error_response(error, path="", request_id=uuid4().hex)
    return {
        "statusCode": response.status_code,
        "headers": {"content-type": "application/json"},
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


def _loop() -> asyncio.AbstractEventLoop:
    """The calling thread's event loop, kept for its next event."""
    if not hasattr(_LOOPS, "held"):
        _LOOPS.held = _ThreadLoop()
    held: _ThreadLoop = _LOOPS.held
    return held.loop
