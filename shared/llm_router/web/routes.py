"""The routes of one door: what answers each row of the access table, and what is exposed only when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from llm_router.errors import MethodNotAllowed, NotFound, RouterError
from llm_router.function_names import Function
from llm_router.lazy import Lazy
from llm_router.web.access import ROUTES, RouteRule, rules_of
from llm_router.web.openapi import Operation

Serve = Callable[[Request], Awaitable[Response]]
_SPANS_SLASHES = {"model_id"}


class Routes:
    """Added one by one to the function's app; a route that is added for a second time answers in place of the first."""

    def __init__(self, function: Function, app: FastAPI, sorry: Callable[[Request, RouteRule, Exception], Response]):
        """`sorry` answers a request whose route could not be added."""
        self._function = function
        self._app = app
        self._sorry = sorry
        self._operations: list[Operation] = []
        self._served: dict[tuple[str, str], Serve] = {}
        self._rest: list[Lazy[None]] = []

    def add(self, operation: Operation, serve: Serve) -> None:
        """Answer one row of the access table."""
        self._operations.append(operation)
        self._answer(operation.row, serve)

    def later(self, expose: Callable[[], None], *paths: str) -> None:
        """Have `expose` add the function's other routes, or those at these paths alone, when one of them is first asked
        for.

        A start then does not wait for the modules behind routes that most processes are never asked for.
        """
        rest = Lazy(expose)
        self._rest.append(rest)
        for row in rules_of(self._function):
            if row.path in paths or (not paths and (row.method, row.path) not in self._served):
                self._answer(row, self._completed(row, rest))

    def complete(self) -> None:
        """Add what was left for later."""
        for rest in self._rest:
            rest()

    @property
    def operations(self) -> list[Operation]:
        """What every route does."""
        self.complete()
        return self._operations

    def served(self, method: str, path: str) -> Serve:
        """What answers this row of the table, for a gateway that has found it already: the app finds it again.

        Raises `KeyError`.
        """
        return self._served[method, path]

    def _answer(self, row: RouteRule, serve: Serve) -> None:
        known = (row.method, row.path) in self._served
        self._served[row.method, row.path] = serve
        if known:
            return

        async def answer(request: Request) -> Response:
            return await self.served(row.method, row.path)(request)

        self._app.add_route(_app_path(row), answer, methods=[row.method])

    def _completed(self, row: RouteRule, rest: Lazy[None]) -> Serve:
        async def serve(request: Request) -> Response:
            try:
                rest()
            except Exception as failure:  # noqa: BLE001 - what is imported late fails as an endpoint does
                return self._sorry(request, row, failure)
            return await self.served(row.method, row.path)(request)

        return serve


def unmatched(method: str, path: str, function: Function | None = None) -> RouterError:
    """Why no route takes this, at whichever function or at this one: the path is another method's, or nothing's."""
    rows = [(pattern, row) for pattern, row in _patterns() if function is None or row.function is function]
    found = {row.method for pattern, row in rows if pattern.match(path)}
    allowed = found | {"HEAD"} if "GET" in found else found
    if allowed and method not in allowed:
        return MethodNotAllowed(tuple(sorted(allowed)))
    return nothing_at(path, [row for _, row in rows])


def nothing_at(path: str, rows: Sequence[RouteRule] = ROUTES) -> NotFound:
    """There is nothing at this path. Under `/v1/`, where clients choose the path themselves, it says what there is."""
    there = [f"{row.method} {row.path}" for row in rows if row.path.startswith("/v1/")]
    if not path.startswith("/v1/") or not there:
        return NotFound("There is nothing at this path.")
    return NotFound(f"There is nothing at this path; under /v1/ there is {', '.join(there)}.")


@cache
def _patterns() -> list[tuple[re.Pattern[str], RouteRule]]:
    return [(compile_path(_app_path(row))[0], row) for row in ROUTES]


def _app_path(row: RouteRule) -> str:
    return re.sub(r"{(\w+)}", _with_converter, row.path)


def _with_converter(parameter: re.Match[str]) -> str:
    name = parameter.group(1)
    return f"{{{name}:path}}" if name in _SPANS_SLASHES else f"{{{name}}}"
