"""One event of a streamed response."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel

from llm_router.schemas.absent import Absent
from llm_router.schemas.openai_error import OpenAIError
from llm_router.schemas.responses_answer import (
    CitedPage,
    OutputItem,
    OutputRefusal,
    OutputText,
    ResponseAnswer,
    SummaryText,
)

EventType = Literal[
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.annotation.added",
    "response.output_text.done",
    "response.refusal.delta",
    "response.refusal.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.completed",
    "response.incomplete",
    "response.failed",
    "error",
]


class ResponseEvent(BaseModel):
    """What is new. Which fields there are the type tells; `error` has its facts both as OpenAI describes the event and
    as its clients read it."""

    type: EventType
    sequence_number: int = 0
    response: Annotated[ResponseAnswer | None, Absent] = None
    output_index: Annotated[int | None, Absent] = None
    item_id: Annotated[str | None, Absent] = None
    item: Annotated[OutputItem | None, Absent] = None
    content_index: Annotated[int | None, Absent] = None
    summary_index: Annotated[int | None, Absent] = None
    annotation_index: Annotated[int | None, Absent] = None
    part: Annotated[OutputText | OutputRefusal | SummaryText | None, Absent] = None
    delta: Annotated[str | None, Absent] = None
    text: Annotated[str | None, Absent] = None
    logprobs: Annotated[list[None] | None, Absent] = None
    refusal: Annotated[str | None, Absent] = None
    annotation: Annotated[CitedPage | None, Absent] = None
    name: Annotated[str | None, Absent] = None
    arguments: Annotated[str | None, Absent] = None
    code: Annotated[str | None, Absent] = None
    message: Annotated[str | None, Absent] = None
    error: Annotated[OpenAIError | None, Absent] = None
