"""What stands before the data of a `data:` address (RFC 2397)."""

from __future__ import annotations

from dataclasses import dataclass

_SCHEME = "data:"


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
    comma = address.find(",")
    kind, *options = address[len(_SCHEME) : len(address) if comma < 0 else comma].split(";")
    in_base64 = any(option.strip().lower() == "base64" for option in options)
    return Head(kind.strip().lower() or "text/plain", in_base64, None if comma < 0 else comma + 1)
