"""An AWS service that does not answer is found out once and then left alone for a while.

Without it a request that reads five things of a table would wait five times for the same silence. It hangs on
botocore's own events, so that it sees every call of a client, whoever makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from botocore.exceptions import BotoCoreError

from llm_router.breaker import Breaker
from llm_router.ports import Clock

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient

OPEN_S: Final = 5.0
"""How long it is left alone: outages end in minutes, and one call in this long may wait for a time-out."""

REFUSALS: Final = 3
"""Throttled or failing answers in a row that count as an outage; silence does at once. Conditions that are not met,
permissions that are missing and the like are answers."""

THROTTLED: Final = frozenset(
    {"ThrottlingException", "Throttling", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown"}
)

_THROTTLED_PARTS: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
"""The same of one part of a transaction."""


class _Why(TypedDict, total=False):
    Code: str


class _Answer(TypedDict, total=False):
    """What botocore makes of an error. A transaction that was cancelled tells of each of its parts."""

    Error: _Why
    CancellationReasons: list[_Why]


class LeftAlone(BotoCoreError):
    """No call was made."""

    fmt = "It did not answer a moment ago"


class CutShort(BotoCoreError):
    """An answer that is shorter than it says. botocore reads what is left of it as an answer without fields."""

    fmt = "The answer has {found} of {announced} bytes"


def outage_breaker(clock: Clock) -> Breaker:
    """What is known of one service, for all of its clients."""
    return Breaker(clock, failures=REFUSALS, open_s=OPEN_S)


def leave_alone(client: BaseClient, breaker: Breaker) -> None:
    """Has a client raise `LeftAlone` at once while its service does not answer, and the breaker hear of its answers."""

    def before(**_: object) -> None:
        if not breaker.allows():
            raise LeftAlone

    def after(http_response: AWSResponse, parsed: _Answer, **_: object) -> None:
        if http_response.status_code >= 500 or _throttled(parsed):
            breaker.failed()
        else:
            breaker.succeeded()

    def unanswered(**_: object) -> None:
        breaker.trip()

    events = client.meta.events
    events.register("before-call", before)
    events.register("after-call", after)
    events.register("after-call-error", unanswered)


def _throttled(answer: _Answer) -> bool:
    parts = (why.get("Code") for why in answer.get("CancellationReasons", ()))
    return answer.get("Error", {}).get("Code") in THROTTLED or not _THROTTLED_PARTS.isdisjoint(parts)


def refuse_parts(client: BaseClient) -> None:
    """Has a client raise `CutShort` for half an answer. Not for bodies that stream: those are counted when read."""

    def after(http_response: AWSResponse, **_: object) -> None:
        announced = http_response.headers.get("content-length")
        if announced is not None and len(http_response.content) < int(announced):
            raise CutShort(found=len(http_response.content), announced=announced)

    client.meta.events.register("after-call", after)
