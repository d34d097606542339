"""One event of a streamed message."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel

from llm_router.schemas.absent import Absent
from llm_router.schemas.anthropic_answer import AnswerBlock, AnthropicMessage, CitedResult, MessageUsage, StopWord
from llm_router.schemas.anthropic_error import AnthropicError
from llm_router.schemas.chat_answer import RouterNote


class BlockDelta(BaseModel):
    """What is new of a block; which field there is the type tells."""

    type: Literal["text_delta", "thinking_delta", "input_json_delta", "citations_delta"]
    text: Annotated[str | None, Absent] = None
    thinking: Annotated[str | None, Absent] = None
    partial_json: Annotated[str | None, Absent] = None
    citation: Annotated[CitedResult | None, Absent] = None


class MessageDelta(BaseModel):
    """Why the message has ended."""

    stop_reason: StopWord
    stop_sequence: str | None


class MessageEvent(BaseModel):
    """What is new. Which fields there are the type tells; `router` is beside what Anthropic sends, with the cost."""

    type: Literal[
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "error",
    ]
    message: Annotated[AnthropicMessage | None, Absent] = None
    index: Annotated[int | None, Absent] = None
    content_block: Annotated[AnswerBlock | None, Absent] = None
    delta: Annotated[BlockDelta | MessageDelta | None, Absent] = None
    usage: Annotated[MessageUsage | None, Absent] = None
    router: Annotated[RouterNote | None, Absent] = None
    error: Annotated[AnthropicError | None, Absent] = None
    request_id: Annotated[str | None, Absent] = None
