"""JSON of any form, as callers and sources send it along."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

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
