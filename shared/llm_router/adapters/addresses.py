"""The addresses that an operator gives for what is read and written: a file's path, or an object in S3."""

from __future__ import annotations

_S3 = "s3://"


def object_at(address: str) -> tuple[str, str] | None:
    """The bucket and the key of an `s3://bucket/key`; None for a file's path."""
    if not address.startswith(_S3):
        return None
    bucket, _, key = address.removeprefix(_S3).partition("/")
    return bucket, key
