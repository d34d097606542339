"""AWS in this process: a table and a bucket under moto."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from moto import mock_aws

from llm_router.adapters import aws

TABLE, BUCKET = "llm-router", "llm-router-catalogue"
REGION: Final = "eu-central-1"


def create_resources(endpoint: str = "") -> None:
    """The table and the bucket as the template has them."""
    aws.dynamodb(endpoint).create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.s3(endpoint).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


@contextmanager
def fake_aws() -> Iterator[None]:
    """moto with our resources in it, and credentials that are worth nothing elsewhere."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        create_resources()
        yield
