"""AWS clients with time-outs that fit a request, and their errors as ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from llm_router.adapters.aws_connecting import connect_in_time
from llm_router.adapters.aws_outage import THROTTLED, LeftAlone, leave_alone, outage_breaker, refuse_parts
from llm_router.breaker import Breaker
from llm_router.errors import StoreUnavailable
from llm_router.lazy import Lazy
from llm_router.ports import Clock

if TYPE_CHECKING:
    from botocore.client import BaseClient
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


class AwsClients:
    """The AWS clients of one process, each made when it is first asked for: whoever uses a service does so through the
    same one, so that its silence is found out once. `endpoint` replaces AWS's own where it is not empty.

    `dynamodb_once` sends nothing twice: what is added twice counts twice, and an answer that came too late does not
    mean that nothing was done. It and `dynamodb` know of each other's silence. `s3` also reaches stand-ins, which know
    no virtual host names.
    """

    def __init__(self, endpoint: str, clock: Clock) -> None:
        self._endpoint = endpoint or None
        self._clock = clock
        self._made: list[BaseClient] = []
        self._table = outage_breaker(clock)
        self.dynamodb = Lazy(lambda: self._make_dynamodb(_CONFIG))
        self.dynamodb_once = Lazy(lambda: self._make_dynamodb(_ONCE))
        self.s3 = Lazy(self._make_s3)
        self.secrets = Lazy(self._make_secrets)

    def disconnect(self) -> None:
        """Close every connection that a client holds; each opens another one when it is next asked."""
        for client in self._made:
            client.close()

    def _make_dynamodb(self, config: Config) -> DynamoDBClient:
        client = boto3.client("dynamodb", config=config, endpoint_url=self._endpoint)
        refuse_parts(client)
        self._keep(client, self._table)
        return client

    def _make_s3(self) -> S3Client:
        config = _BULK.merge(Config(s3={"addressing_style": "path"})) if self._endpoint else _BULK
        client = boto3.client("s3", config=config, endpoint_url=self._endpoint)
        self._keep(client, outage_breaker(self._clock))
        return client

    def _make_secrets(self) -> SecretsManagerClient:
        client = boto3.client("secretsmanager", config=_CONFIG, endpoint_url=self._endpoint)
        refuse_parts(client)
        self._keep(client, outage_breaker(self._clock))
        return client

    def _keep(self, client: BaseClient, breaker: Breaker) -> None:
        connect_in_time(client)
        leave_alone(client, breaker)
        self._made.append(client)


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
