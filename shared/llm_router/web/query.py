"""Reading the parameters of a query: without ever quoting one back."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from llm_router.errors import FieldProblem, InvalidRequest
from llm_router.web.access import RouteRule


def read_query(request: Request, row: RouteRule) -> Mapping[str, str]:
    """The parameters, of which the route must know each where it minds them. Raises `InvalidRequest`."""
    if not request.scope["query_string"]:
        return {}
    found = request.query_params
    if row.minds_query and not found.keys() <= set(row.query):
        known = f"known are {', '.join(row.query)}" if row.query else "this route has none"
        problem = FieldProblem("query", f"holds a parameter that is not known here; {known}")
        raise InvalidRequest("Some parameters of the query are wrong; see 'fields'.", (problem,))
    return found
