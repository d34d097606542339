"""What may be logged of an error that nobody expected."""

from __future__ import annotations

import traceback

DEEPEST = 12
"""Frames, of those nearest to where it was raised."""


def where(failure: BaseException) -> list[str]:
    """The kind of failure and its stack, without its message, which may quote the input."""
    frames = traceback.extract_tb(failure.__traceback__)
    return [type(failure).__name__, *(f"{frame.name}:{frame.lineno}" for frame in frames[-DEEPEST:])]
