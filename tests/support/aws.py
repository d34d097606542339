"""A table and a bucket as the template has them: moto in this process, or an emulator or moto's server on loopback."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from tests.support.fault_proxy import FaultProxy, Says, fault_proxy
from tests.support.http_bytes import response
from tests.support.loopback import HOST, POLL_S

TABLE, BUCKET = "llm-router", "llm-router-catalogue"
REGION: Final = "eu-central-1"


def create_resources(endpoint: str = "") -> None:
    """The table and the bucket as the template has them, with time for a stand-in that loads a service on demand."""
    boto3.client("dynamodb", endpoint_url=endpoint or None).create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    s3 = boto3.client("s3", endpoint_url=endpoint or None)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


@contextmanager
def fake_aws() -> Iterator[None]:
    """moto with our resources in it, and credentials that are worth nothing elsewhere."""
    with _account(), mock_aws():
        create_resources()
        yield


@dataclass(frozen=True)
class ServedAws:
    """The proxies before the services."""

    dynamodb: FaultProxy
    s3: FaultProxy
    secrets: FaultProxy


@contextmanager
def served_aws() -> Iterator[ServedAws]:
    """moto's server with our resources in it, which clients without an endpoint find over connections that can fail."""
    with (
        moto_server() as port,
        fault_proxy(port) as table,
        fault_proxy(port) as bucket,
        fault_proxy(port) as vault,
        _account() as account,
    ):
        account.setenv("AWS_ENDPOINT_URL_DYNAMODB", table.url)
        account.setenv("AWS_ENDPOINT_URL_S3", bucket.url)
        account.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", vault.url)
        create_resources()
        yield ServedAws(table, bucket, vault)


@contextmanager
def moto_server() -> Iterator[int]:
    """moto's server on a port of the loopback address, which has forgotten everything when the block ends.

    Made here rather than by moto's own class, which waits for ever where the server cannot be made.
    """
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server(HOST, 0, app, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), name="moto", daemon=True)
    thread.start()
    try:
        yield server.server_port
        forget = urllib.request.Request(f"http://{HOST}:{server.server_port}/moto-api/reset", method="POST")
        urllib.request.urlopen(forget, timeout=10).close()
    finally:
        server.shutdown()
        thread.join(10)


def error(code: str, status: int = 400) -> Says:
    """An error as DynamoDB and Secrets Manager say it."""
    return Says(response(status, json.dumps({"__type": code, "message": "no"}).encode()))


def s3_error(code: str, status: int) -> Says:
    """An error as S3 says it."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    return Says(response(status, body, {"content-type": "application/xml"}))


@contextmanager
def emulated_aws(address: str) -> Iterator[None]:
    """An emulator's account with nothing but our resources in it, as what clients without an endpoint find."""
    with _account() as environment:
        environment.setenv("AWS_ENDPOINT_URL", address)
        create_resources()
        try:
            yield
        finally:
            reset = urllib.request.Request(f"{address}/_ministack/reset", method="POST")
            urllib.request.urlopen(reset, timeout=10).close()


def _one_at_a_time(patch: pytest.MonkeyPatch) -> None:
    """Writes to moto's table as DynamoDB makes them: moto looks at a condition and writes in two steps."""
    lock = threading.RLock()

    def alone(write: Callable[..., object]) -> Callable[..., object]:
        def locked(*given: object, **named: object) -> object:
            with lock:
                return write(*given, **named)

        return locked

    for name in ("put_item", "update_item", "delete_item", "transact_write_items"):
        patch.setattr(DynamoDBBackend, name, alone(getattr(DynamoDBBackend, name)))


@contextmanager
def _account() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        _one_at_a_time(environment)
        yield environment


def an_aws(request: pytest.FixtureRequest) -> AbstractContextManager[None]:
    """The AWS that a suite's parameter names: `moto`, or `ministack` by the fixture of that name."""
    if request.param == "moto":
        return fake_aws()
    return emulated_aws(request.getfixturevalue("ministack").address)
