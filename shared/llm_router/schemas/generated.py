"""`POST /route` with `"mode": "generate"`: a recommendation, what came of it, and what the model answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.attempt import Attempt
from llm_router.generation.chat import ChatAnswer, StopReason
from llm_router.generation.generator import Completed
from llm_router.schemas.absent import Absent
from llm_router.schemas.attempts import AttemptAnswer, attempt_answers
from llm_router.schemas.chat_answer import ToolCallAnswer, message_answer
from llm_router.schemas.route import ModelAnswer, RouteAnswer


class SpentAnswer(BaseModel):
    """Tokens as the provider counted them, and their price in USD; 0 for an answer from the cache."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


class GeneratedDecision(RouteAnswer):
    """A recommendation and what came of it, as it is kept: without a word of the answer.

    `model_used` is the first of the ranking that answered; `attempts` tells of those before it. A stream's decision is
    kept when it begins, when its usage and why it ends are not known.
    """

    model_used: ModelAnswer
    stop_reason: StopReason | None
    usage: SpentAnswer | None
    attempts: list[AttemptAnswer]
    answer_cached: bool
    similarity: Annotated[float | None, Absent] = None


class GeneratedAnswer(GeneratedDecision):
    """The recommendation, what came of it, and the answer."""

    stop_reason: StopReason
    usage: SpentAnswer
    output: str
    tool_calls: Annotated[list[ToolCallAnswer] | None, Absent] = None


def begun_decision(routed: RouteAnswer, model: ModelEntry, attempts: Sequence[Attempt]) -> GeneratedDecision:
    """The recommendation, which this model has begun to answer."""
    return GeneratedDecision(
        **_fields(routed),
        model_used=_names(model),
        stop_reason=None,
        usage=None,
        attempts=attempt_answers(attempts),
        answer_cached=False,
    )


def finished_decision(routed: RouteAnswer, done: Completed) -> GeneratedDecision:
    """The recommendation with what came of it."""
    bill = done.bill
    return GeneratedDecision(
        **_fields(routed),
        model_used=_names(done.model),
        stop_reason=done.answer.stop,
        usage=SpentAnswer(
            prompt_tokens=bill.usage.prompt_tokens,
            completion_tokens=bill.usage.completion_tokens,
            cost_usd=round(bill.usd, 10),
        ),
        attempts=attempt_answers(done.attempts),
        answer_cached=done.cached,
        similarity=None if done.similarity is None else round(done.similarity, 4),
    )


def generated_answer(decision: GeneratedDecision, answer: ChatAnswer) -> GeneratedAnswer:
    """The decision with the answer itself."""
    return GeneratedAnswer(
        **_fields(decision),
        output=answer.text or answer.refusal or "",
        tool_calls=message_answer(answer).tool_calls,
    )


def _fields(answer: RouteAnswer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in type(answer).model_fields}


def _names(model: ModelEntry) -> ModelAnswer:
    return ModelAnswer(id=model.id, provider=model.provider, display_name=model.display_name)
