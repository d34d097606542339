"""Payloads in an S3 bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from llm_router.adapters.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class S3BlobStore:
    """A `BlobStore` under one prefix of a bucket."""

    def __init__(self, client: S3Client, bucket: str, *, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def write(self, name: str, payload: bytes) -> None:
        with translated("The bucket"):
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=payload)

    def read(self, name: str) -> bytes | None:
        try:
            with translated("The bucket"):
                return self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
        except ClientError:
            return None
