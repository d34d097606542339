"""Which heads of requests the local service takes, once they have been read."""

from __future__ import annotations

from collections.abc import Iterable

from llm_router.errors import HeadTooLong, UnsupportedMediaType
from llm_router.web.access import KIB

MAX_HEAD = 64 * KIB
"""Bytes of a request's line and headers."""

_AROUND_LINE = len(b"  HTTP/1.1\r\n") + len(b"\r\n")
_AROUND_HEADER = len(b": \r\n")


def too_long() -> HeadTooLong:
    """What is said of a longer head."""
    return HeadTooLong(f"The request's head must not be longer than {MAX_HEAD} bytes.")


def check(method: bytes, url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Raises `HeadTooLong`, or `UnsupportedMediaType` where the body comes in a coding that is not read."""
    length = len(method) + len(url) + _AROUND_LINE
    for name, value in headers:
        length += len(name) + len(value) + _AROUND_HEADER
        if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise UnsupportedMediaType("Send the body uncompressed, with its length or in chunks.")
    if length > MAX_HEAD:
        raise too_long()
