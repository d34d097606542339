"""Every route, in one table: which function answers it, who may call it, and how long its body may be.

Where GET is, HEAD is too.
"""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.activity import ActivityKind
from llm_router.auth import Access
from llm_router.function_names import Function

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One method and path template; `body_limit` is in bytes.

    `waits` says that it may wait long for providers and answer piece by piece: what asks the store on the way is done
    aside. `swift` says that it answers in a few milliseconds of its own work and waits for nobody but the store.
    `query` are the parameters that it knows. `kind` is what its requests are counted as.
    """

    function: Function
    method: str
    path: str
    access: Access
    body_limit: int = 4 * MIB
    waits: bool = False
    swift: bool = False
    query: tuple[str, ...] = ()
    kind: ActivityKind = ActivityKind.REQUEST

    @property
    def reads_body(self) -> bool:
        """Whether the door reads a body at all."""
        return self.method == "POST"

    @property
    def minds_query(self) -> bool:
        """Whether a parameter that it does not know is refused: browsers and monitors add their own to what is public
        or the operator's, and SDKs to the paths of other APIs."""
        return self.access in (Access.CLIENT, Access.ADMIN) and not self.path.startswith("/v1/")


ROUTES: tuple[RouteRule, ...] = (
    RouteRule(Function.ROUTE, "GET", "/healthz", Access.PUBLIC, swift=True, kind=ActivityKind.PROBE),
    RouteRule(Function.ROUTE, "GET", "/route/health", Access.PUBLIC, kind=ActivityKind.PROBE),
    RouteRule(Function.ROUTE, "POST", "/route", Access.CLIENT, waits=True),
    RouteRule(Function.ROUTE, "GET", "/metrics", Access.OPERATOR, kind=ActivityKind.PROBE),
    RouteRule(Function.ROUTE, "GET", "/metrics/models", Access.CLIENT),
    RouteRule(Function.ROUTE, "GET", "/metrics/{model_id}", Access.CLIENT),
    RouteRule(Function.ROUTE, "GET", "/decisions/{decision_id}", Access.CLIENT),
    RouteRule(Function.ROUTE, "POST", "/feedback", Access.CLIENT),
    RouteRule(Function.ROUTE, "POST", "/v1/chat/completions", Access.CLIENT, waits=True, kind=ActivityKind.GENERATION),
    RouteRule(Function.ROUTE, "POST", "/v1/responses", Access.CLIENT, waits=True, kind=ActivityKind.GENERATION),
    RouteRule(Function.ROUTE, "POST", "/v1/messages", Access.CLIENT, waits=True, kind=ActivityKind.GENERATION),
    RouteRule(Function.ROUTE, "POST", "/v1/messages/count_tokens", Access.CLIENT),
    RouteRule(Function.ROUTE, "GET", "/v1/models", Access.CLIENT),
    RouteRule(Function.ROUTE, "GET", "/v1/models/{model_id}", Access.CLIENT),
    RouteRule(Function.ROUTE, "GET", "/keys", Access.ADMIN),
    RouteRule(Function.ROUTE, "POST", "/keys", Access.ADMIN),
    RouteRule(Function.ROUTE, "DELETE", "/keys/{key_id}", Access.ADMIN),
    RouteRule(Function.CLASSIFY, "GET", "/classify/health", Access.PUBLIC, kind=ActivityKind.PROBE),
    RouteRule(Function.CLASSIFY, "POST", "/classify", Access.CLIENT, 256 * KIB, swift=True),
    RouteRule(Function.CLASSIFY, "POST", "/classify/batch", Access.CLIENT),
    RouteRule(Function.CLASSIFY, "GET", "/categories", Access.CLIENT),
    RouteRule(Function.CLASSIFY, "POST", "/categories", Access.ADMIN),
    RouteRule(Function.CLASSIFY, "DELETE", "/categories/{name}", Access.ADMIN),
    RouteRule(Function.CLASSIFY, "GET", "/info", Access.PUBLIC),
    RouteRule(Function.INGEST, "GET", "/ingest/health", Access.PUBLIC, kind=ActivityKind.PROBE),
    RouteRule(Function.INGEST, "GET", "/status", Access.PUBLIC),
    RouteRule(Function.INGEST, "GET", "/models", Access.CLIENT),
    RouteRule(Function.INGEST, "GET", "/models/{model_id}", Access.CLIENT),
    RouteRule(Function.INGEST, "GET", "/catalogue/versions", Access.CLIENT, query=("limit", "before")),
    RouteRule(Function.INGEST, "POST", "/update", Access.ADMIN),
    RouteRule(Function.INGEST, "POST", "/refresh", Access.ADMIN),
    RouteRule(Function.INGEST, "POST", "/catalogue/rollback", Access.ADMIN),
    RouteRule(Function.DASHBOARD, "GET", "/dashboard/health", Access.PUBLIC, kind=ActivityKind.PROBE),
    RouteRule(Function.DASHBOARD, "GET", "/", Access.PUBLIC),
    RouteRule(Function.DASHBOARD, "GET", "/dashboard", Access.PUBLIC),
    RouteRule(Function.DASHBOARD, "GET", "/dashboard/assets/{name}", Access.PUBLIC),
    RouteRule(Function.DASHBOARD, "GET", "/dashboard/data", Access.OPERATOR),
    RouteRule(Function.DASHBOARD, "GET", "/health", Access.PUBLIC, kind=ActivityKind.PROBE),
    RouteRule(Function.DASHBOARD, "GET", "/openapi.json", Access.PUBLIC),
)

_ROWS = {(row.method, row.path): row for row in ROUTES}


def rule(function: Function, method: str, path: str) -> RouteRule:
    """The table's row; `KeyError` when a door wants to expose a route that the table does not hold."""
    row = _ROWS[method, path]
    if row.function is not function:
        raise KeyError(function, method, path)
    return row


def rule_at(method: str, path: str) -> RouteRule | None:
    """The table's row of whichever function answers there; None for a path that the table does not hold."""
    return _ROWS.get((method, path))


def rules_of(function: Function) -> tuple[RouteRule, ...]:
    """The table's rows of one function."""
    return tuple(rule for rule in ROUTES if rule.function is function)
