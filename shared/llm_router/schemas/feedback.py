"""`POST /feedback`: how an answer turned out."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from llm_router.judging import Judged
from llm_router.schemas.body import RequestBody
from llm_router.taxonomy import Category, Difficulty


class FeedbackRequest(RequestBody):
    """A judgement of a decision's answer: `success`, or a `score` from 0 to 1. `reason` is read by nobody and not
    stored: what callers write may hold what must not be kept."""

    decision_id: Annotated[str, Field(min_length=1, max_length=64)]
    success: bool | None = None
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.success is None) == (self.score is None):
            raise ValueError("give either success or score")
        return self

    @property
    def judgement(self) -> float:
        """From 0, failed, to 1, done well."""
        return self.score if self.score is not None else float(bool(self.success))


class FeedbackAnswer(BaseModel):
    """What the judgement was counted for, and as how much of a vote.

    0: the decision was judged before, or its caller has said enough about this model and kind of work for now.
    """

    decision_id: str
    model_id: str
    category: Category
    difficulty: Difficulty
    weight: float


def feedback_answer(decision_id: str, judged: Judged) -> FeedbackAnswer:
    """What the judgement of this decision was counted for, as JSON shows it."""
    about = judged.subject
    return FeedbackAnswer(
        decision_id=decision_id,
        model_id=about.model_id,
        category=about.category,
        difficulty=about.difficulty,
        weight=round(judged.weight, 4),
    )
