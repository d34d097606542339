"""A function's own health."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from llm_router import __version__
from llm_router.function_names import Function
from llm_router.health import State


class Alive(BaseModel):
    """The function runs."""

    ok: bool = True


class HealthAnswer(BaseModel):
    """`degraded` names what is missing; the function answers all the same."""

    status: State
    service: Function
    version: str
    degraded: list[str]

    @classmethod
    def of(cls, service: Function, degraded: Sequence[str]) -> HealthAnswer:
        """The health of a service that runs."""
        state = State.DEGRADED if degraded else State.UP
        return cls(status=state, service=service, version=__version__, degraded=list(degraded))
