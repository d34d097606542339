"""One table from our errors to HTTP, and the response that every error leaves as. Input is never echoed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from starlette.responses import Response

from llm_router import errors
from llm_router.errors import ErrorCode, RouterError
from llm_router.schemas.openai_error import OpenAIError
from llm_router.web import error_forms
from llm_router.web.error_forms import Told, form_at
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
"""Codes of what somebody has to set right first: OpenAI's and Anthropic's SDKs, which send every 5xx again, are told
not to, as they are of a whole answer that came too late."""


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
    """The error as its HTTP response, in the form that is the path's."""
    status, code = status_of(error)
    if path.startswith("/v1/") and status == 422 and not isinstance(error, errors.NoEligibleModel):
        status = 400  # what OpenAI and Anthropic answer, and their SDKs expect
    headers = {}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after_s)))
    elif code in NOT_BY_WAITING or isinstance(error, errors.AnswerTooLate):
        headers["x-should-retry"] = "false"
    elif status in (429, 503):
        headers["retry-after"] = "1"
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, errors.MethodNotAllowed):
        headers["allow"] = ", ".join(error.allowed)
    body = form_at(path).written(Told(error, status, code, request_id))
    response = Response(body, status_code=status, media_type="application/json", headers=headers)
    add_headers(response, request_id)
    return response


def openai_error(error: RouterError) -> str:
    """The error in OpenAI's form, for an answer that has begun and has no status left to tell it by."""
    return error_forms.in_openais(_told(error))


def openai_facts(error: RouterError) -> OpenAIError:
    """What OpenAI's object tells of it."""
    return error_forms.openai_facts(_told(error))


def anthropic_error(error: RouterError, request_id: str) -> str:
    """The same in Anthropic's form."""
    return error_forms.in_anthropics(_told(error, request_id))


def _told(error: RouterError, request_id: str = "") -> Told:
    return Told(error, *status_of(error), request_id)
