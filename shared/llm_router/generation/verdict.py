"""The error for a walk that reached nobody."""

from __future__ import annotations

from collections.abc import Sequence

from llm_router.errors import (
    ErrorCode,
    InvalidRequest,
    RateLimited,
    RouterError,
    Unavailable,
    UpstreamError,
    UpstreamTimeout,
)
from llm_router.generation.attempt import Attempt
from llm_router.generation.provider import Failure


def verdict(journal: Sequence[Attempt], *, late: bool, named: bool, wait_s: float) -> RouterError:
    """What came of these attempts. `late` where the deadline is over, `named` where the caller named the model, and
    `wait_s` until one may be asked again."""
    made = [attempt for attempt in journal if attempt.failure is not None]
    kinds = {attempt.failure for attempt in made}
    said = ", ".join(map(_told, journal)) or "none could be asked"
    if kinds and kinds <= {Failure.BAD_REQUEST, Failure.TOO_LONG}:
        return _refusal(said, too_long=Failure.TOO_LONG in kinds)
    if kinds == {Failure.TIMEOUT} or late:
        return UpstreamTimeout(f"No model answered in time ({said}).")
    if kinds <= {Failure.RATE_LIMITED}:
        if named and made:
            return RateLimited(
                f"The model's provider takes no more requests now ({said}); try again later.",
                code=ErrorCode.UPSTREAM_RATE_LIMITED,
                retry_after_s=wait_s,
            )
        return Unavailable(
            f"No model may be asked now ({said}); try again later.",
            code=ErrorCode.UPSTREAM_UNAVAILABLE,
            retry_after_s=wait_s,
        )
    return UpstreamError(f"No model answered ({said}).")


def _refusal(said: str, *, too_long: bool) -> InvalidRequest:
    """The error for a request that nobody who was asked takes."""
    if too_long:
        return InvalidRequest(
            f"The request is longer than the models take ({said}); shorten it, or let a model answer that has a larger "
            "window.",
            code=ErrorCode.CONTEXT_LENGTH_EXCEEDED,
        )
    return InvalidRequest(f"The models do not take this request ({said}).", code=ErrorCode.REQUEST_NOT_ACCEPTED)


def _told(attempt: Attempt) -> str:
    status = "" if attempt.status is None else f" {attempt.status}"
    why = "" if attempt.why is None else f", {attempt.why}"
    return f"{attempt.model}: {attempt.outcome}{status}{why}"
