"""`POST /feedback`: how an answer turned out."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from llm_router.feedback import Uncounted
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
    """What the judgement was of, whether it `counted`, and as how much of a vote: `weight`, from 0 to 1.

    `why_not` is null where it counted. `judged_before`: only the first judgement of a decision counts. `voice_used_up`:
    the caller has said enough about this model and kind of work for now. `demo_answer`: a demo answered, which says
    nothing of the model.
    """

    decision_id: str
    model_id: str
    category: Category
    difficulty: Difficulty
    counted: bool
    weight: float
    why_not: Uncounted | None


def feedback_answer(decision_id: str, judged: Judged) -> FeedbackAnswer:
    """How the judgement of this decision counted, as JSON shows it."""
    about, given = judged.subject, judged.given
    return FeedbackAnswer(
        decision_id=decision_id,
        model_id=about.model_id,
        category=about.category,
        difficulty=about.difficulty,
        counted=given.uncounted is None,
        weight=round(given.weight, 4),
        why_not=given.uncounted,
    )
