"""HTTP/1.1 as bytes, for servers that also say what no library would."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Head:
    """The head of a request; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next request's head, or None when the client has gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    return Head(method, target, {name.strip().lower(): value.strip() for name, _, value in pairs})


def response(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole answer, of JSON unless the headers say otherwise."""
    pairs = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + body
