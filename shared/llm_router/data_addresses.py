"""What stands before the data of a `data:` address (RFC 2397), and base64 as it is written there."""

from __future__ import annotations

import string
from dataclasses import dataclass

LONGEST_HEAD = 1024
"""In characters: an address in which no comma has come by then ends before its data."""

_SCHEME = "data:"
_ALPHABET = (string.ascii_letters + string.digits + "+/").encode()
_BLANKS = (b" ", b"\t", b"\n", b"\f", b"\r")
_ESCAPED = {"2B": b"+", "2F": b"/", "3D": b"=", "0A": b"", "0D": b"", "09": b"", "20": b""}
"""What those who escape an address write otherwise in it: letters and digits nobody does."""


@dataclass(frozen=True, slots=True)
class Head:
    """The kind of what the address holds, text where it tells none, whether that is in base64, and where it begins;
    None in an address that ends before it."""

    kind: str
    in_base64: bool
    data_from: int | None


def head_of(address: str) -> Head | None:
    """Of any other address there is none."""
    if address[: len(_SCHEME)].lower() != _SCHEME:
        return None
    start = address[:LONGEST_HEAD]
    comma = start.find(",")
    kind, *options = start[len(_SCHEME) : len(start) if comma < 0 else comma].split(";")
    in_base64 = any(option.strip().lower() == "base64" for option in options)
    return Head(kind.strip().lower() or "text/plain", in_base64, None if comma < 0 else comma + 1)


def plain_base64(written: str) -> str | None:
    """As every decoder takes it: without blanks and escapes, and padded. None for what is no base64.

    Pictures of megabytes come by here, so nothing is done character by character."""
    if not written.isascii() or (held := _unescaped(written.encode())) is None:
        return None
    for blank in _BLANKS:
        held = held.replace(blank, b"")
    data = held.rstrip(b"=")
    if len(held) - len(data) > 2 or len(data) % 4 == 1 or data.translate(None, _ALPHABET):
        return None
    return (data + b"=" * (-len(data) % 4)).decode()


def _unescaped(written: bytes) -> bytes | None:
    escapes = written.count(b"%")
    if escapes * len("%2B") > len(written):
        return None
    if escapes:
        for code, meant in _ESCAPED.items():
            for each in (code, code.lower()):
                written = written.replace(f"%{each}".encode(), meant)
    return written
