"""How what goes wrong on the wire becomes one of the declared failures."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from llm_router.generation.provider import Failure, ProviderFailed

MAX_RETRY_AFTER_S = 86_400.0
_BY_STATUS = {
    401: Failure.REFUSED,
    402: Failure.REFUSED,
    403: Failure.REFUSED,
    404: Failure.UNKNOWN_MODEL,
    408: Failure.SERVER_ERROR,
    409: Failure.SERVER_ERROR,
    424: Failure.SERVER_ERROR,
    425: Failure.SERVER_ERROR,
    429: Failure.RATE_LIMITED,
}


_TOO_LONG = re.compile(
    r"maximum (?:context|prompt) length|exceeds the (?:available )?context (?:size|window)|prompt is too long"
    r"|input length and `max_tokens` exceed context limit|exceeds the maximum number of tokens"
    r"|input is too long for requested model|number of input tokens exceeds",
    re.IGNORECASE,
)
"""What providers write of a request that is longer than the model's window, and of nothing else."""


_NO_FILE = re.compile(r"No such File object\b|permission to access the File\b|^File files/")
"""What OpenAI and Gemini write, under the status of a model that is not there or may not be used, of a request that
names a file that they do not hold: in exactly these letters, since a file may be the operator's, too. A key that is
not taken is never the request's."""


def of_message(failed: ProviderFailed, message: object) -> ProviderFailed:
    """The failure of a request that is not taken, as the provider's message tells it more exactly."""
    if not isinstance(message, str):
        return failed
    if failed.failure is Failure.BAD_REQUEST and _TOO_LONG.search(message):
        return ProviderFailed(Failure.TOO_LONG, status=failed.status)
    refused = failed.failure in (Failure.REFUSED, Failure.UNKNOWN_MODEL) and failed.status != 401
    if refused and _NO_FILE.search(message):
        return ProviderFailed(Failure.BAD_REQUEST, status=failed.status)
    return failed


def of_status(status: int) -> Failure:
    """The failure that an HTTP status other than 200 stands for. Redirects are not followed and count as garbage."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Failure.SERVER_ERROR
    return Failure.BAD_REQUEST if status >= 400 else Failure.GARBAGE


def of_answer(status: int, headers: Mapping[str, str]) -> ProviderFailed:
    """The failure for the head of an answer; header names in lower case, or in any if that is no matter."""
    return ProviderFailed(of_status(status), status=status, retry_after_s=retry_after_s(headers))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a provider asks us to wait, from 0 to a day, or None.

    `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3); `retry-after-ms` is OpenAI's and Azure's.
    A date is read against the answer's own `Date` where there is one, so that clocks need not agree.
    """
    if (wait := wait_s(headers.get("retry-after-ms"), in_a_second=1000.0)) is not None:
        return wait
    given = headers.get("retry-after")
    if (wait := wait_s(given)) is not None:
        return wait
    if (until := _date(given)) is None:
        return None
    since = _date(headers.get("date")) or datetime.now(UTC)
    return min(max((until - since).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def wait_s(number: str | None, *, in_a_second: float = 1.0) -> float | None:
    """Seconds to wait, a day at most; None for what is no finite number from 0 on."""
    try:
        wait = float(number or "") / in_a_second
    except ValueError:
        return None
    return min(wait, MAX_RETRY_AFTER_S) if math.isfinite(wait) and wait >= 0 else None


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
