"""The attempts at an answer, in the order in which they were made."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from llm_router.generation.attempt import Attempt, Unfailed
from llm_router.generation.provider import Failure


class AttemptAnswer(BaseModel):
    """One model that was tried: `ok`, how it failed, or `cooling` for one that was passed over, and milliseconds."""

    id: str
    provider: str
    outcome: Failure | Unfailed
    status: int | None
    ms: float


def attempt_answers(attempts: Sequence[Attempt]) -> list[AttemptAnswer]:
    """The attempts as JSON shows them."""
    return [
        AttemptAnswer(
            id=each.model,
            provider=each.provider,
            outcome=each.outcome,
            status=each.status,
            ms=round(each.ms, 1),
        )
        for each in attempts
    ]
