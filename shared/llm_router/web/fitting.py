"""How a whole answer goes out: packed where it is large and its caller takes that, and without its body to HEAD."""

from __future__ import annotations

import zlib

from starlette.requests import Request
from starlette.responses import Response

from llm_router.web.access import MIB

LARGE = MIB
"""Bytes from which an answer is packed: Lambda gives out 6 MB, which a catalogue of thousands of models exceeds."""

LEVEL = 1
"""Of compression: JSON shrinks to a tenth already, and a caller waits for it."""

GZIP = 31
"""What zlib calls gzip's format."""


def fitted(response: Response, request: Request) -> None:
    """Change the answer into what goes out to this request. HEAD is told the length of what GET gives."""
    if len(response.body) > LARGE:
        _pack(response, request.headers.get("accept-encoding", ""))
    if request.method == "HEAD":
        response.body = b""


def _pack(response: Response, accepted: str) -> None:
    response.headers["vary"] = "accept-encoding"
    if takes_gzip(accepted):
        response.body = zlib.compress(response.body, LEVEL, wbits=GZIP)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` allows it: by its name or, where it is not named, by the star."""
    weights: dict[str, bool] = {}
    for each in accepted.lower().split(","):
        coding, _, parameter = each.partition(";")
        weights[coding.strip()] = _weight(parameter) > 0
    return weights.get("gzip", weights.get("*", False))


def _weight(parameter: str) -> float:
    """A weight that cannot be read is none."""
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
