"""Reasoning efforts in OpenAI's words, and which of those that a model takes stands for the one wanted."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Literal, get_args

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
_EFFORTS: tuple[Effort, ...] = get_args(Effort)
USUAL: frozenset[Effort] = frozenset(_EFFORTS) - {"max"}
"""What is sent to a model of which it is not known what it takes."""


def nearest(wanted: str, taken: AbstractSet[Effort]) -> Effort | None:
    """The nearest of those that are taken, and of two as near the lower; None where none is taken."""
    efforts: tuple[str, ...] = _EFFORTS
    near = sorted(taken, key=efforts.index)
    return min(near, key=lambda each: abs(efforts.index(each) - efforts.index(wanted)), default=None)
