"""One table from our errors to HTTP, and the one envelope every error leaves in. Input is never echoed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from llm_router import errors
from llm_router.errors import ErrorCode, FieldProblem, RouterError
from llm_router.schemas.openai_error import OpenAIError
from llm_router.web.every_answer import add_headers

STATUS: Mapping[type[RouterError], tuple[int, ErrorCode, str]] = {
    errors.NoEligibleModel: (422, ErrorCode.NO_ELIGIBLE_MODEL, "No model meets the constraints"),
    errors.InvalidRequest: (422, ErrorCode.INVALID_REQUEST, "Some fields are wrong"),
    errors.MalformedRequest: (400, ErrorCode.MALFORMED_REQUEST, "The body or the request cannot be read"),
    errors.PayloadTooLarge: (413, ErrorCode.PAYLOAD_TOO_LARGE, "The body is too long"),
    errors.HeadTooLong: (431, ErrorCode.HEAD_TOO_LONG, "The request's line and headers are too long"),
    errors.RequestTimeout: (408, ErrorCode.REQUEST_TIMEOUT, "The request did not come in whole in time"),
    errors.UnsupportedMediaType: (415, ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Not JSON, or compressed"),
    errors.Unauthenticated: (401, ErrorCode.UNAUTHORIZED, "No valid key"),
    errors.Forbidden: (403, ErrorCode.FORBIDDEN, "A valid key that may not do this"),
    errors.NotFound: (404, ErrorCode.NOT_FOUND, "Nothing is there"),
    errors.MethodNotAllowed: (405, ErrorCode.METHOD_NOT_ALLOWED, "The path answers to other methods"),
    errors.VersionConflict: (409, ErrorCode.VERSION_CONFLICT, "The catalogue moved on"),
    errors.Conflict: (409, ErrorCode.CONFLICT, "Another request stands in the way"),
    errors.BudgetExceeded: (429, ErrorCode.BUDGET_EXCEEDED, "A budget is spent"),
    errors.RateLimited: (429, ErrorCode.RATE_LIMITED, "Too many requests"),
    errors.UpstreamTimeout: (504, ErrorCode.UPSTREAM_TIMEOUT, "The deadline passed"),
    errors.UpstreamError: (502, ErrorCode.UPSTREAM_ERROR, "Every provider failed"),
    errors.CatalogueUnavailable: (503, ErrorCode.CATALOGUE_UNAVAILABLE, "No catalogue can be read"),
    errors.StoreUnavailable: (503, ErrorCode.STORE_UNAVAILABLE, "A store is down"),
    errors.Overloaded: (503, ErrorCode.OVERLOADED, "Too much is in progress"),
    errors.Unavailable: (503, ErrorCode.UNAVAILABLE, "Something needed is down"),
    errors.ConfigurationError: (503, ErrorCode.NOT_CONFIGURED, "A setting is missing or wrong"),
}
"""Status, code, and the words of the API's description. The most specific class wins; what is not listed is a 500."""

NOT_BY_WAITING = frozenset({ErrorCode.PROVIDER_NOT_CONFIGURED})
"""Codes of what somebody has to set right first: OpenAI's SDKs, which send every 5xx again, are told not to."""

NAMED_FIELDS = 3

_OPENAI_TYPE = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class Problem(BaseModel):
    """One wrong field."""

    path: str
    problem: str


class ErrorDetail(BaseModel):
    """What went wrong, in a code for programs and a sentence for people."""

    code: str
    message: str
    request_id: str
    fields: list[Problem] | None = None
    current_version: int | None = None


class ErrorEnvelope(BaseModel):
    """The body of every error."""

    error: ErrorDetail


class OpenAIErrorEnvelope(BaseModel):
    """The body of an error under `/v1/`."""

    error: OpenAIError


def status_of(error: RouterError) -> tuple[int, ErrorCode]:
    """HTTP status and code of an error, by its nearest listed class."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            status, code, _ = STATUS[kind]
            return status, error.code or code
    return 500, ErrorCode.INTERNAL_ERROR


def described_statuses() -> dict[int, str]:
    """Every status that an error may have, in order, with what each of its classes means."""
    found: dict[int, list[str]] = {500: ["A defect"]}
    for status, _, words in STATUS.values():
        found.setdefault(status, []).append(words)
    return {status: ". ".join(words) for status, words in sorted(found.items())}


def error_response(error: RouterError, *, path: str, request_id: str) -> Response:
    """The error as its HTTP response, in OpenAI's form under `/v1/`."""
    status, code = status_of(error)
    if path.startswith("/v1/") and status == 422 and not isinstance(error, errors.NoEligibleModel):
        status = 400  # what OpenAI answers, and its SDKs expect
    headers = {}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after_s)))
    elif code in NOT_BY_WAITING:
        headers["x-should-retry"] = "false"
    elif status in (429, 503):
        headers["retry-after"] = "1"
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, errors.MethodNotAllowed):
        headers["allow"] = ", ".join(error.allowed)
    fields = error.fields if isinstance(error, errors.InvalidRequest) else ()
    if path.startswith("/v1/"):
        facts = _openai_facts(_named(fields) or error.message, code, status, fields)
        body = OpenAIErrorEnvelope(error=facts).model_dump_json()
    else:
        body = ErrorEnvelope(
            error=ErrorDetail(
                code=code,
                message=error.message,
                request_id=request_id,
                fields=[Problem(path=field.path, problem=field.problem) for field in fields] if status == 422 else None,
                current_version=error.current if isinstance(error, errors.VersionConflict) else None,
            )
        ).model_dump_json(exclude_none=True)
    response = Response(body, status_code=status, media_type="application/json", headers=headers)
    add_headers(response, request_id)
    return response


def openai_error(error: RouterError) -> str:
    """The error as OpenAI's object in JSON, for an answer that has begun and has no status left to tell it by."""
    return OpenAIErrorEnvelope(error=openai_facts(error)).model_dump_json()


def openai_facts(error: RouterError) -> OpenAIError:
    """What OpenAI's object tells of it."""
    status, code = status_of(error)
    return _openai_facts(error.message, code, status, ())


def _named(fields: tuple[FieldProblem, ...]) -> str:
    """The first wrong fields in one sentence: OpenAI's object has no list of them."""
    return "; ".join(f"{field.path}: {field.problem}" for field in fields[:NAMED_FIELDS])


def _openai_facts(message: str, code: ErrorCode, status: int, fields: tuple[FieldProblem, ...]) -> OpenAIError:
    kind = _OPENAI_TYPE.get(status, "server_error" if status >= 500 else "invalid_request_error")
    param = fields[0].path if fields else None
    return OpenAIError(message=message, type=kind, param=param, code=code)
