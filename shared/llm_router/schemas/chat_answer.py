"""OpenAI's answers: a chat completion and its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.attempt import Attempt
from llm_router.generation.chat import ChatAnswer, ChatChunk, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.recommend import Decision
from llm_router.schemas.absent import Absent
from llm_router.schemas.annotations import Annotation, annotated
from llm_router.schemas.attempts import AttemptAnswer, attempt_answers
from llm_router.taxonomy import Difficulty


class CalledFunction(BaseModel):
    """The function to call; `arguments` is JSON in a string."""

    name: Annotated[str | None, Absent] = None
    arguments: str


class ToolCallAnswer(BaseModel):
    """A call that the model asks for. In chunks `index` tells which, and id, type and name come once."""

    index: Annotated[int | None, Absent] = None
    id: Annotated[str | None, Absent] = None
    type: Annotated[Literal["function"] | None, Absent] = "function"
    function: CalledFunction


class MessageAnswer(BaseModel):
    """What the model said."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: str | None = None
    reasoning_content: Annotated[str | None, Absent] = None
    tool_calls: Annotated[list[ToolCallAnswer] | None, Absent] = None
    annotations: Annotated[list[Annotation] | None, Absent] = None


class Choice(BaseModel):
    """The only choice."""

    index: int = 0
    message: MessageAnswer
    logprobs: None = None
    finish_reason: StopReason


class PromptDetails(BaseModel):
    """Of the prompt's tokens."""

    cached_tokens: int


class CompletionDetails(BaseModel):
    """Of the answer's tokens."""

    reasoning_tokens: int


class UsageAnswer(BaseModel):
    """Tokens as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: CompletionDetails

    @classmethod
    def of(cls, usage: Usage) -> UsageAnswer:
        """The usage as JSON shows it."""
        return cls(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            total_tokens=usage.prompt_tokens + usage.completion_tokens,
            prompt_tokens_details=PromptDetails(cached_tokens=usage.cached_tokens),
            completion_tokens_details=CompletionDetails(reasoning_tokens=usage.reasoning_tokens),
        )


class RouterNote(BaseModel):
    """What the router did: nothing was classified or decided where the model was named."""

    model: str
    provider: str
    decision_id: str | None
    category: str | None
    difficulty: Difficulty | None
    confidence: float | None
    explanation: str | None
    cost_usd: float | None
    cached: bool
    attempts: list[AttemptAnswer]
    similarity: Annotated[float | None, Absent] = None


class ChatCompletion(BaseModel):
    """A whole answer; `router` is beside what OpenAI sends."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: UsageAnswer
    router: RouterNote


class Delta(BaseModel):
    """What is new."""

    role: Annotated[Literal["assistant"] | None, Absent] = None
    content: Annotated[str | None, Absent] = None
    refusal: Annotated[str | None, Absent] = None
    reasoning_content: Annotated[str | None, Absent] = None
    tool_calls: Annotated[list[ToolCallAnswer] | None, Absent] = None
    annotations: Annotated[list[Annotation] | None, Absent] = None


class ChunkChoice(BaseModel):
    """The only choice's news."""

    index: int = 0
    delta: Delta
    logprobs: None = None
    finish_reason: StopReason | None = None


class ChatCompletionChunk(BaseModel):
    """A piece of an answer. The first one has `router`; the last one `usage`, when it was asked for."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Annotated[UsageAnswer | None, Absent] = None
    router: Annotated[RouterNote | None, Absent] = None


def message_answer(answer: ChatAnswer) -> MessageAnswer:
    """The answer as OpenAI's message; content is null where only tools are called."""
    calls = [_call(call) for call in answer.tool_calls]
    content = None if (calls or answer.refusal) and not answer.text else answer.text
    return MessageAnswer(
        content=content,
        refusal=answer.refusal,
        reasoning_content=answer.reasoning,
        tool_calls=calls or None,
        annotations=annotated(answer.citations),
    )


def chunk_delta(chunk: ChatChunk, *, first: bool) -> Delta:
    """A piece as OpenAI's delta; the first one tells the role."""
    return Delta(
        role="assistant" if first else None,
        content=chunk.text if chunk.text or first else None,
        refusal=chunk.refusal or None,
        reasoning_content=chunk.reasoning or None,
        tool_calls=[_call_delta(delta) for delta in chunk.tool_calls] or None,
        annotations=annotated(chunk.citations),
    )


def router_note(
    model: ModelEntry,
    decision: Decision | None,
    attempts: Sequence[Attempt],
    usd: float | None,
    *,
    cached: bool = False,
    similarity: float | None = None,
) -> RouterNote:
    """What the router did."""
    found = decision.classified.classification if decision else None
    return RouterNote(
        model=model.id,
        provider=model.provider,
        decision_id=decision.id if decision else None,
        category=found.category if found else None,
        difficulty=found.difficulty if found else None,
        confidence=round(found.confidence, 4) if found else None,
        explanation=decision.explanation if decision else None,
        cost_usd=None if usd is None else round(usd, 10),
        cached=cached,
        attempts=attempt_answers(attempts),
        similarity=None if similarity is None else round(similarity, 4),
    )


def _call(call: ToolCall) -> ToolCallAnswer:
    return ToolCallAnswer(id=call.id, function=CalledFunction(name=call.name, arguments=call.arguments))


def _call_delta(delta: ToolCallDelta) -> ToolCallAnswer:
    return ToolCallAnswer(
        index=delta.index,
        id=delta.id,
        type="function" if delta.id else None,
        function=CalledFunction(name=delta.name, arguments=delta.arguments),
    )
