"""A table and a bucket as the template has them, under moto in this process or in an emulator."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import boto3
import pytest
from moto import mock_aws

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


@contextmanager
def _account() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield environment


def an_aws(request: pytest.FixtureRequest) -> AbstractContextManager[None]:
    """The AWS that a suite's parameter names: `moto`, or `ministack` by the fixture of that name."""
    if request.param == "moto":
        return fake_aws()
    return emulated_aws(request.getfixturevalue("ministack").address)
