"""Every error the router raises on purpose.

RouterError
├── InvalidRequest            the request is well formed but wrong in named fields
│   └── NoEligibleModel       no model meets the constraints
│       ├── TooDear           one may cost more than is wanted
│       └── TooLong           the windows alone are too small
├── MalformedRequest          the body or event cannot be read
├── PayloadTooLarge
├── HeadTooLong
├── RequestTimeout            not whole in time
├── UnsupportedMediaType
├── Unauthenticated           no valid key
├── Forbidden                 a valid key that may not do this
├── NotFound
├── MethodNotAllowed
├── Conflict                  another request stands in the way
│   └── VersionConflict       somebody else published first
├── RateLimited
│   └── BudgetExceeded
├── UpstreamError             every provider tried has failed
│   └── UpstreamTimeout
│       └── AnswerTooLate     a whole answer takes longer than there is
├── Unavailable               something this request needs is down
│   ├── CatalogueUnavailable
│   ├── StoreUnavailable
│   │   └── UnreadableRecord   the store answered with what this release cannot read
│   ├── SourceUnavailable
│   └── Overloaded
├── SnapshotCorrupt           a stored catalogue does not match its hash
│   └── SnapshotOfOtherFormat  it may be whole, and another release can read it
└── ConfigurationError        settings are missing or wrong
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """What an error tells programs: first what each class tells by itself, then what is more exact. Contract."""

    NO_ELIGIBLE_MODEL = "no_eligible_model"
    INVALID_REQUEST = "invalid_request"
    MALFORMED_REQUEST = "malformed_request"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    HEAD_TOO_LONG = "head_too_long"
    REQUEST_TIMEOUT = "request_timeout"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    VERSION_CONFLICT = "version_conflict"
    CONFLICT = "conflict"
    BUDGET_EXCEEDED = "budget_exceeded"
    RATE_LIMITED = "rate_limited"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    UPSTREAM_ERROR = "upstream_error"
    CATALOGUE_UNAVAILABLE = "catalogue_unavailable"
    STORE_UNAVAILABLE = "store_unavailable"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    NOT_CONFIGURED = "not_configured"
    INTERNAL_ERROR = "internal_error"

    MODEL_NOT_ACTIVE = "model_not_active"
    MODEL_NOT_ALLOWED = "model_not_allowed"
    MODEL_NOT_FOUND = "model_not_found"
    PRICE_NOT_KNOWN = "price_not_known"
    FILE_SIZE_NOT_KNOWN = "file_size_not_known"
    PROVIDER_NOT_CONFIGURED = "provider_not_configured"
    REQUEST_NOT_ACCEPTED = "request_not_accepted"
    CONTEXT_LENGTH_EXCEEDED = "context_length_exceeded"
    UPSTREAM_RATE_LIMITED = "upstream_rate_limited"
    UPSTREAM_UNAVAILABLE = "upstream_unavailable"
    BUDGET_EXCEEDED_DAY = "budget_exceeded_day"
    BUDGET_EXCEEDED_MONTH = "budget_exceeded_month"
    THREAD_UNSUPPORTED_REQUEST = "thread_unsupported_request"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress"
    FUNCTION_TIMEOUT = "function_timeout"
    BAD_FUNCTION_ANSWER = "bad_function_answer"
    CALLER_LEFT = "caller_left"
    """Told to the operators alone: the caller has hung up before there was an answer."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: its dotted path and, in words, what is wrong with it. Never its value."""

    path: str
    problem: str


class RouterError(Exception):
    """Base of the tree. `message` is one sentence a person can act on and never quotes the input."""

    def __init__(self, message: str, *, code: ErrorCode | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retry_after_s = retry_after_s


class InvalidRequest(RouterError):
    """Well formed, but some fields are wrong."""

    def __init__(self, message: str, fields: tuple[FieldProblem, ...] = (), *, code: ErrorCode | None = None) -> None:
        super().__init__(message, code=code)
        self.fields = fields


class MalformedRequest(RouterError):
    """The body or the event cannot be read at all."""


class PayloadTooLarge(RouterError):
    """The body is longer than the route takes."""


class HeadTooLong(RouterError):
    """The request's line and headers are longer than the server takes."""


class RequestTimeout(RouterError):
    """The request did not come in whole in time."""


class UnsupportedMediaType(RouterError):
    """The body is not JSON in UTF-8, or is compressed."""


class Unauthenticated(RouterError):
    """No key, or not a valid one; which of the two is not told."""


class Forbidden(RouterError):
    """The key is valid and may not do this."""


class NotFound(RouterError):
    """Nothing is there."""


class MethodNotAllowed(RouterError):
    """The path exists, the method does not; it answers to those of `allowed`."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"This path answers to {', '.join(allowed)} alone.")
        self.allowed = allowed


class Conflict(RouterError):
    """Another request stands in the way of this one."""


class VersionConflict(Conflict):
    """The catalogue moved on; `current` is the version that is in force now."""

    def __init__(self, message: str, *, current: int | None) -> None:
        super().__init__(message)
        self.current = current


class NoEligibleModel(InvalidRequest):
    """No model meets the constraints; `fields` name the binding one and the nearest relaxation."""


class TooDear(NoEligibleModel):
    """A model may cost more than the request's bound; `enough_usd` is what would do."""

    def __init__(self, message: str, fields: tuple[FieldProblem, ...], enough_usd: float) -> None:
        super().__init__(message, fields)
        self.enough_usd = enough_usd


class TooLong(NoEligibleModel):
    """What is to be read is longer than a model's window, and nothing else keeps that model out."""


class RateLimited(RouterError):
    """Too many requests."""


class BudgetExceeded(RateLimited):
    """A key's spending limit is reached."""


class UpstreamError(RouterError):
    """Every provider that was tried has failed."""


class UpstreamTimeout(UpstreamError):
    """The deadline passed before a provider had answered."""


class AnswerTooLate(UpstreamTimeout):
    """The same of a whole answer: asked again it takes as long, and may be paid for again."""


class Unavailable(RouterError):
    """Something this request cannot do without is down."""


class CatalogueUnavailable(Unavailable):
    """No catalogue that is fresh enough can be read."""


class StoreUnavailable(Unavailable):
    """The record or catalogue store did not answer, or not with what this release can read.

    With `nothing_done` it is certain that what it was asked to do was not done; without, it may have been all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | None = None,
        retry_after_s: float | None = None,
        nothing_done: bool = False,
    ) -> None:
        super().__init__(message, code=code, retry_after_s=retry_after_s)
        self.nothing_done = nothing_done


class UnreadableRecord(StoreUnavailable):
    """One stored record cannot be read. The store answers, and others can be."""


class SourceUnavailable(Unavailable):
    """A source of prices or evidence did not answer, or sent what cannot be used. Never quotes what it sent."""


class Overloaded(Unavailable):
    """More is in progress than this process takes."""


class SnapshotCorrupt(RouterError):
    """A stored catalogue is truncated, not readable, or does not match its hash."""


class SnapshotOfOtherFormat(SnapshotCorrupt):
    """A stored catalogue is in a format that this release does not know, as a newer one writes it."""


class ConfigurationError(RouterError):
    """Settings are missing or wrong. Names them all, never a secret's value."""
