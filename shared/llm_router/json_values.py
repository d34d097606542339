"""JSON of any form, as callers and sources send it along and as stores keep it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""What a JSON text holds, before anybody has checked it."""

NOT_FINITE = "holds a number that is not finite"


def is_finite(value: object) -> bool:
    """Whether no number in it, at any depth, is NaN or infinite, which readers take and JSON has not."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, float):
            if not math.isfinite(each):
                return False
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return True


def whole(value: object) -> object:
    """A float without a fraction as the integer that it is in JSON, where 500.0 is 500; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def known_fields(kind: type, kept: object) -> dict[str, Any]:
    """Of a dataclass as it was kept, the fields that it has: a newer release may have kept others beside them.

    Raises `TypeError` for what is no object.
    """
    if not isinstance(kept, Mapping):
        raise TypeError("It is no object.")
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in kept.items() if name in names}
