"""AWS clients with time-outs that fit a request, and their errors as ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from llm_router.adapters.aws_outage import THROTTLED, LeftAlone, leave_alone, refuse_parts
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

_CONFIG = Config(connect_timeout=0.7, read_timeout=0.7, retries={"total_max_attempts": 2, "mode": "standard"})
"""Two attempts of at most 1.4 s each, so that whoever finds out that a store hangs waits under 3 s."""

_ONCE = _CONFIG.merge(Config(retries={"total_max_attempts": 1, "mode": "standard"}))

_NOT_CONNECTED = (ConnectTimeoutError, EndpointConnectionError)
"""What botocore raises where there was no connection to send anything over."""

_BULK = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1, "mode": "standard"})
"""Objects are larger and read seldom: one attempt with more time."""


class _Client(Protocol):
    def close(self) -> None: ...


Client = TypeVar("Client", bound=_Client)
_made: list[_Client] = []


def disconnect() -> None:
    """Close every connection that a client holds; each opens another one when it is next asked."""
    for client in _made:
        client.close()


def _kept(client: Client) -> Client:
    _made.append(client)
    return client


def dynamodb(endpoint: str, clock: Clock, *, again: bool = True) -> DynamoDBClient:
    """A client that leaves its service alone during an outage; `endpoint` replaces AWS's own where it is not empty.

    Without `again` nothing is sent twice: what is added twice counts twice, and an answer that came too late does not
    mean that nothing was done.
    """
    client = boto3.client("dynamodb", config=_CONFIG if again else _ONCE, endpoint_url=endpoint or None)
    refuse_parts(client)
    leave_alone(client, clock)
    return _kept(client)


def s3(endpoint: str, clock: Clock) -> S3Client:
    """The same for objects; it also reaches stand-ins, which know no virtual host names."""
    config = _BULK.merge(Config(s3={"addressing_style": "path"})) if endpoint else _BULK
    client = boto3.client("s3", config=config, endpoint_url=endpoint or None)
    leave_alone(client, clock)
    return _kept(client)


def secrets(endpoint: str, clock: Clock) -> SecretsManagerClient:
    """The same for secrets."""
    client = boto3.client("secretsmanager", config=_CONFIG, endpoint_url=endpoint or None)
    refuse_parts(client)
    leave_alone(client, clock)
    return _kept(client)


def error_code(failure: ClientError) -> str:
    """AWS's code of an error, such as `ConditionalCheckFailedException`."""
    return str(failure.response.get("Error", {}).get("Code", ""))


@contextlib.contextmanager
def translated(what: str, *, sent_once: bool = False) -> Iterator[None]:
    """Lets through what callers understand: conditions that failed, and an object that is not there. Everything else is
    `StoreUnavailable`.

    With `sent_once` the client sends nothing twice, so that its failure can tell that nothing was done; of one that
    tries again only the last try is known.
    """
    try:
        yield
    except ClientError as failure:
        if error_code(failure) in ("ConditionalCheckFailedException", "TransactionCanceledException", "NoSuchKey"):
            raise
        message = f"{what} refused the request ({error_code(failure)})."
        nothing_done = sent_once and error_code(failure) in THROTTLED
        raise StoreUnavailable(message, retry_after_s=5, nothing_done=nothing_done) from failure
    except BotoCoreError as failure:
        message = f"{what} does not answer ({type(failure).__name__})."
        nothing_done = isinstance(failure, LeftAlone) or (sent_once and isinstance(failure, _NOT_CONNECTED))
        raise StoreUnavailable(message, retry_after_s=5, nothing_done=nothing_done) from failure
