"""Which function answers a request: API Gateway's rules, most specific route first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llm_router.function_names import Function
from llm_router.local.template import HttpRoute
from llm_router.web.access import rule_at
from llm_router.web.routes import unmatched

_SERVICE_PATHS: Mapping[str, Mapping[str, str]] = {
    "classify": {"/health": "/classify/health"},
    "ingest": {"/health": "/ingest/health"},
    "dashboard": {},
}
"""On a service's own port `/health` is its own; every other path is the API's, where it is the service's at all."""

_PAGE_NEEDS = {("POST", "/classify"), ("POST", "/route"), ("GET", "/decisions/{decision_id}")}
"""What the dashboard's page asks of other functions. It asks at the address that it came from."""


@dataclass(frozen=True, slots=True)
class Match:
    """The route that matched, and what its braces hold."""

    route: HttpRoute
    parameters: Mapping[str, str]


class RouteTable:
    """Exact paths first, then `{name}`, then `{name+}`, then `$default`."""

    def __init__(self, routes: Iterable[HttpRoute]) -> None:
        self._exact: dict[tuple[str, str], HttpRoute] = {}
        self._default: HttpRoute | None = None
        patterns: list[tuple[bool, int, re.Pattern[str], HttpRoute]] = []
        for route in routes:
            if route.path == "$default":
                self._default = route
            elif "{" in route.path:
                patterns.append(("+}" in route.path, -len(route.path), _pattern(route.path), route))
            else:
                self._exact[route.method, route.path] = route
        self._patterns = [(found, route) for _, _, found, route in sorted(patterns, key=lambda row: row[:2])]

    def match(self, method: str, path: str) -> Match | None:
        for name in (method, "ANY"):
            if (route := self._exact.get((name, path))) is not None:
                return Match(route, {})
        for pattern, route in self._patterns:
            if route.method in (method, "ANY") and (found := pattern.fullmatch(path)) is not None:
                return Match(route, found.groupdict())
        return Match(self._default, {}) if self._default is not None else None


def service_path(service: str, path: str) -> str:
    """The API's path for a path on the port of one service alone."""
    return _SERVICE_PATHS.get(service, {}).get(path, path)


def check_served(service: str, method: str, path: str, route: HttpRoute) -> None:
    """Raises `NotFound` or `MethodNotAllowed` where the port of one service alone does not answer what is another's;
    `path` is the API's, and `route` the one that takes it there."""
    key = ("GET" if route.method == "HEAD" else route.method, route.path.replace("+}", "}"))
    row = rule_at(*key)
    own = row is not None and row.function == service
    if own or (service == Function.DASHBOARD and key in _PAGE_NEEDS):
        return
    page_asks = service == Function.DASHBOARD and any(_pattern(needed).fullmatch(path) for _, needed in _PAGE_NEEDS)
    raise unmatched(method, path, None if page_asks else Function(service))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"({\w+\+?})", path)
    return re.compile("".join(_part(part) for part in parts), re.DOTALL)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{}+")
    return f"(?P<{name}>.+)" if part.endswith("+}") else f"(?P<{name}>[^/]+)"
