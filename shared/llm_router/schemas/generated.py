"""`POST /route` with `"mode": "generate"`: a recommendation, and what the model answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from llm_router.generation.chat import StopReason
from llm_router.generation.completion import Completed
from llm_router.schemas.attempts import AttemptAnswer, attempt_answers
from llm_router.schemas.chat_answer import ToolCallAnswer, message_answer
from llm_router.schemas.route import ModelAnswer, RouteAnswer


class SpentAnswer(BaseModel):
    """Tokens as the provider counted them, and their price in USD; 0 for an answer from the cache."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


class GeneratedAnswer(RouteAnswer):
    """`model_used` is the first of the ranking that answered; `attempts` tells of those before it."""

    model_used: ModelAnswer
    output: str
    stop_reason: StopReason
    usage: SpentAnswer
    attempts: list[AttemptAnswer]
    answer_cached: bool
    similarity: Annotated[float | None, Field(exclude_if=lambda value: value is None)] = None
    tool_calls: Annotated[list[ToolCallAnswer] | None, Field(exclude_if=lambda value: value is None)] = None


def generated_answer(
    routed: RouteAnswer,
    done: Completed,
) -> GeneratedAnswer:
    """The recommendation with what came of it."""
    model, answer, bill = done.model, done.answer, done.bill
    return GeneratedAnswer(
        **{name: getattr(routed, name) for name in RouteAnswer.model_fields},
        model_used=ModelAnswer(id=model.id, provider=model.provider, display_name=model.display_name),
        output=answer.text or answer.refusal or "",
        stop_reason=answer.stop,
        usage=SpentAnswer(
            prompt_tokens=bill.usage.prompt_tokens,
            completion_tokens=bill.usage.completion_tokens,
            cost_usd=round(bill.usd, 10),
        ),
        attempts=attempt_answers(done.attempts),
        answer_cached=done.cached,
        similarity=None if done.similarity is None else round(done.similarity, 4),
        tool_calls=message_answer(answer).tool_calls,
    )
