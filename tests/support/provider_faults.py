"""What a scripted provider is told to answer: an answer, or one of the ways to fail."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.support.provider_answers import Said

CANARY = "the provider's own words"
"""Stands in every error body; it must never come out."""


class Fault(StrEnum):
    """What goes wrong. `*_MID_STREAM` and `CUT_*` come after half of the pieces, when the request asks for a stream."""

    HANG = "hang"
    """Takes the request and never answers."""
    DRIP = "drip"
    """A byte of a correct answer every 20 ms, from the body on; `DRIP_HEAD` from the head on."""
    DRIP_HEAD = "drip_head"
    RESET = "reset"
    """The connection is reset (RST) instead of an answer."""
    RESET_MIDWAY = "reset_midway"
    """Reset in the middle of the body or of the stream."""
    HANG_MIDWAY = "hang_midway"
    CUT_SHORT = "cut_short"
    """The connection is closed in the middle of the body, in spite of its announced length."""
    BAD_CHUNK = "bad_chunk"
    """A chunk whose length is no number, in the middle of the body, on a connection that stays open."""
    NO_END_MARK = "no_end_mark"
    """A stream that ends in good order, but for what its protocol ends with. A whole answer is not affected."""
    ERROR_EVENT = "error_event"
    """An error event in the middle of a stream. A whole answer is a 500."""
    GARBAGE_EVENT = "garbage_event"
    """An event that is not JSON in the middle of a stream. A whole answer is not JSON either."""
    CLOSED = "closed"
    """Closed in good order instead of an answer."""
    HTML = "html"
    EMPTY = "empty"
    TRUNCATED_JSON = "truncated_json"
    WRONG_JSON = "wrong_json"
    """JSON that is not the protocol's."""
    HUGE = "huge"
    """50 MB."""
    NO_HTTP = "no_http"
    REDIRECT = "redirect"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"


STATUS = {
    Fault.RATE_LIMITED: 429,
    Fault.BAD_REQUEST: 400,
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.TOO_LARGE: 413,
    Fault.SERVER_ERROR: 500,
    Fault.OVERLOADED: 503,
}


@dataclass(frozen=True)
class Raw:
    """Any answer at all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limited:
    """A 429 that names how long to wait, as the header's value."""

    retry_after: str


@dataclass(frozen=True)
class Slow:
    """An answer whose first byte comes late, and whose stream pauses between pieces."""

    said: Said = Said()  # noqa: RUF009
    first_s: float = 0.0
    between_s: float = 0.0


@dataclass(frozen=True)
class Held:
    """A stream that goes on after so many pieces only once `release` is set, and breaks off when it never is."""

    release: threading.Event
    after: int
    said: Said = Said()  # noqa: RUF009


Answer = Said | Fault | Raw | Limited | Slow | Held
