"""A door: a FastAPI app whose endpoints admit the caller, parse the body, call one function and answer."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from llm_router import __version__
from llm_router.activity import ActivityKind, Observation, Observer
from llm_router.aside import Aside, here
from llm_router.auth import Caller, Gatekeeper
from llm_router.errors import ErrorCode, Overloaded, RouterError
from llm_router.function_names import Function
from llm_router.schemas.body import RequestBody
from llm_router.web.access import RouteRule, rule
from llm_router.web.body import parse, read_raw
from llm_router.web.errors import error_response, status_of
from llm_router.web.every_answer import add_headers
from llm_router.web.fitting import fitted
from llm_router.web.openapi import Operation
from llm_router.web.query import read_query
from llm_router.web.routes import Routes, unmatched

Body = TypeVar("Body", bound=RequestBody)
Answer = BaseModel | Response


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a door, and what is noted about it. `headers` are by their lower-case names, the
    first of each; `streams` is False where an answer in pieces reaches the caller whole, as behind an HTTP API."""

    caller: Caller
    request_id: str
    path_params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    note: Observation
    raw: bytes
    streams: bool


class Door:
    """The HTTP face of one function. Only routes that stand in the access table can be added. Where a route waits for
    others, its callers are let in `aside`."""

    def __init__(
        self,
        function: Function,
        gatekeeper: Callable[[], Gatekeeper],
        observer: Callable[[], Observer],
        aside: Aside = here,
    ):
        self.function = function
        self._gatekeeper = gatekeeper
        self._observer = observer
        self._aside = aside
        self._cold = True
        self.app = FastAPI(
            title=f"LLM router: {function}",
            version=__version__,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
        )
        self.app.add_exception_handler(HTTPException, self._unmatched)
        self.routes = Routes(function, self.app, self._sorry)

    def get(
        self, path: str, *, answer: type[BaseModel] | None, summary: str
    ) -> Callable[[Callable[[Call], Awaitable[Answer]]], None]:
        """Expose a function of the call alone as `GET path`."""
        return self._bare("GET", path, answer=answer, summary=summary)

    def delete(
        self, path: str, *, answer: type[BaseModel] | None, summary: str
    ) -> Callable[[Callable[[Call], Awaitable[Answer]]], None]:
        """Expose a function of the call alone as `DELETE path`."""
        return self._bare("DELETE", path, answer=answer, summary=summary)

    def _bare(
        self, method: str, path: str, *, answer: type[BaseModel] | None, summary: str
    ) -> Callable[[Callable[[Call], Awaitable[Answer]]], None]:
        def add(endpoint: Callable[[Call], Awaitable[Answer]]) -> None:
            row = rule(self.function, method, path)

            async def serve(request: Request) -> Response:
                return await self._serve(request, row, endpoint)

            self.routes.add(Operation(row, summary, None, answer), serve)

        return add

    def post(
        self, path: str, *, body: type[Body], answer: type[BaseModel] | None, summary: str
    ) -> Callable[[Callable[[Call, Body], Awaitable[Answer]]], None]:
        """Expose a function of the call and its parsed body as `POST path`."""

        def add(endpoint: Callable[[Call, Body], Awaitable[Answer]]) -> None:
            row = rule(self.function, "POST", path)

            def parsed(call: Call) -> Awaitable[Answer]:
                return endpoint(call, parse(body, call.raw))

            async def serve(request: Request) -> Response:
                return await self._serve(request, row, parsed)

            self.routes.add(Operation(row, summary, body, answer), serve)

        return add

    async def _serve(self, request: Request, row: RouteRule, endpoint: Callable[[Call], Awaitable[Answer]]) -> Response:
        started, headers = time.perf_counter(), dict(reversed(request.headers.items()))
        note = self._note(request, row.path, row.kind)
        try:
            let_in = self._aside if row.waits else here
            caller = await let_in(lambda: self._gatekeeper().admit(row.access, headers))
            raw = await read_raw(request, headers, row.body_limit) if row.reads_body else b""
            call = Call(
                caller=caller,
                request_id=note.request_id,
                path_params=request.path_params,
                query=read_query(request, row),
                headers=headers,
                note=note,
                raw=raw,
                streams="aws.event" not in request.scope,
            )
            answer = await endpoint(call)
            response = (
                answer
                if isinstance(answer, Response)
                else Response(answer.model_dump_json(), media_type="application/json")
            )
        except RouterError as error:
            note.error = status_of(error)[1]
            response = error_response(error, path=row.path, request_id=note.request_id)
        except Exception as failure:  # noqa: BLE001 - the boundary: a defect becomes a 500 and a log line, nothing else
            response = self._failed(row, note, failure)
        except asyncio.CancelledError:
            self._called_off(request, note, started)
            raise
        return self._finish(request, response, note, started)

    def _called_off(self, request: Request, note: Observation, started: float) -> None:
        """Note a request that ends without an answer of the door's: its caller has left, or the service is stopping,
        which whoever cancels it then tells the caller. Makes no pause: a loop that ends would cancel it again there.
        """
        note.status, note.error = (499, ErrorCode.CALLER_LEFT) if _has_left(request) else status_of(Overloaded(""))
        note.ms = _ms_since(started)
        self._observer().observe(note)

    def _sorry(self, request: Request, row: RouteRule, failure: Exception) -> Response:
        started, note = time.perf_counter(), self._note(request, row.path, row.kind)
        return self._finish(request, self._failed(row, note, failure), note, started)

    def _failed(self, row: RouteRule, note: Observation, failure: Exception) -> Response:
        note.error = ErrorCode.INTERNAL_ERROR
        self._observer().failed(note, failure)
        sorry = RouterError("Something went wrong on our side; the request id finds it in the log.")
        return error_response(sorry, path=row.path, request_id=note.request_id)

    async def _unmatched(self, request: Request, _failure: Exception) -> Response:
        """What no function's route takes comes here, to the function behind `$default`, whoever's path it is.

        Behind an address of its own a function speaks for itself alone.
        """
        started = time.perf_counter()
        note = self._note(request, "(unmatched)")
        path = request.scope["path"]
        error = unmatched(request.method, path, None if "aws.event" in request.scope else self.function)
        note.error = status_of(error)[1]
        response = error_response(error, path=path, request_id=note.request_id)
        return self._finish(request, response, note, started)

    def _note(self, request: Request, route: str, kind: ActivityKind = ActivityKind.REQUEST) -> Observation:
        cold = self._cold and kind is not ActivityKind.PROBE
        self._cold = self._cold and not cold
        return Observation(str(self.function), route, _request_id(request), cold_start=cold, kind=kind)

    def _finish(self, request: Request, response: Response, note: Observation, started: float) -> Response:
        if not isinstance(response, StreamingResponse):
            fitted(response, request)
        add_headers(response, note.request_id)
        note.status = response.status_code
        if isinstance(response, StreamingResponse):
            response.body_iterator = self._followed(response.body_iterator, note, started)
        else:
            note.ms = _ms_since(started)
            response.background = BackgroundTask(self._observe, note)
        return response

    async def _followed(
        self, pieces: AsyncIterable[str | bytes | memoryview], note: Observation, started: float
    ) -> AsyncIterator[str | bytes | memoryview]:
        """The pieces of an answer, which is noted when the last one is out or the caller has hung up."""
        try:
            async for piece in pieces:
                yield piece
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
            note.ms = _ms_since(started)
            await self._observe(note)

    async def _observe(self, note: Observation) -> None:
        """Once the answer is out, on the loop and without a pause: Lambda's door waits for it, nobody else does."""
        self._observer().observe(note)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _has_left(request: Request) -> bool:
    """Whether the caller is known to have hung up. Whoever asks must have read the body."""
    coming = request.receive().__await__()
    try:
        next(coming)
    except StopIteration as come:
        return bool(come.value["type"] == "http.disconnect")
    coming.close()
    return False


def _request_id(request: Request) -> str:
    """API Gateway's id of the request where there is one. Never one the caller made up."""
    event = request.scope.get("aws.event")
    if isinstance(event, dict):
        context = event.get("requestContext")
        if isinstance(context, dict) and isinstance(found := context.get("requestId"), str):
            return found[:128]
    return new_request_id()


def new_request_id() -> str:
    """128 random bits, where nobody has given the request an id."""
    return os.urandom(16).hex()
