"""OpenAI's newer answer: a response, the items of its output, and what it repeats of its request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from llm_router.generation.chat import Citation, StopReason, Usage
from llm_router.schemas.annotations import UrlCitation
from llm_router.schemas.chat_answer import RouterNote
from llm_router.schemas.fields import AnyObject
from llm_router.schemas.responses_request import ReasoningConfig, ResponsesRequest
from llm_router.schemas.responses_tools import AllowedFunctions, ChosenFunction, FormatBody, FunctionTool, TextConfig

ItemStatus = Literal["in_progress", "completed", "incomplete"]


class CitedPage(UrlCitation):
    """A page that the text rests on. Where the text has marks such as `[1]`, they count these."""

    type: Literal["url_citation"] = "url_citation"


class OutputText(BaseModel):
    """Text that the model wrote."""

    type: Literal["output_text"] = "output_text"
    text: str
    annotations: list[CitedPage] = []
    logprobs: list[None] = []


class OutputRefusal(BaseModel):
    """What it said where it would not answer."""

    type: Literal["refusal"] = "refusal"
    refusal: str


class SummaryText(BaseModel):
    """What it thought."""

    type: Literal["summary_text"] = "summary_text"
    text: str


class OutputMessage(BaseModel):
    """What the model said."""

    type: Literal["message"] = "message"
    id: str
    status: ItemStatus
    role: Literal["assistant"] = "assistant"
    content: list[OutputText | OutputRefusal]


class OutputCall(BaseModel):
    """A call that the model asks for; `arguments` is JSON in a string."""

    type: Literal["function_call"] = "function_call"
    id: str
    status: ItemStatus
    call_id: str
    name: str
    arguments: str


class OutputReasoning(BaseModel):
    """What the model thought before it, as far as that is told."""

    type: Literal["reasoning"] = "reasoning"
    id: str
    status: ItemStatus
    summary: list[SummaryText]


OutputItem = OutputReasoning | OutputMessage | OutputCall


class InputDetails(BaseModel):
    """Of the tokens that were read."""

    cached_tokens: int
    cache_write_tokens: int


class OutputDetails(BaseModel):
    """Of the tokens that were written."""

    reasoning_tokens: int


class ResponseUsage(BaseModel):
    """Tokens as the provider counted them."""

    input_tokens: int
    input_tokens_details: InputDetails
    output_tokens: int
    output_tokens_details: OutputDetails
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> ResponseUsage:
        """The usage as JSON shows it."""
        return cls(
            input_tokens=usage.prompt_tokens,
            input_tokens_details=InputDetails(cached_tokens=usage.cached_tokens, cache_write_tokens=usage.kept_tokens),
            output_tokens=usage.completion_tokens,
            output_tokens_details=OutputDetails(reasoning_tokens=usage.reasoning_tokens),
            total_tokens=usage.prompt_tokens + usage.completion_tokens,
        )


class ResponseError(BaseModel):
    """Why a response failed."""

    code: Literal["server_error"] = "server_error"
    message: str


class IncompleteDetails(BaseModel):
    """Why a response is not whole."""

    reason: Literal["max_output_tokens", "content_filter"]


class ResponseAnswer(BaseModel):
    """A response, whole or as far as it has come; `router` is beside what OpenAI sends. Settings that the request left
    to the model are null."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["in_progress", "completed", "incomplete", "failed"]
    background: Literal[False] = False
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    model: str
    output: list[OutputItem]
    parallel_tool_calls: bool
    previous_response_id: None = None
    prompt_cache_key: str | None
    reasoning: ReasoningConfig
    safety_identifier: str | None
    store: Literal[False] = False
    temperature: float | None
    text: TextConfig
    tool_choice: Literal["auto", "none", "required"] | ChosenFunction | AllowedFunctions
    tools: list[FunctionTool]
    top_logprobs: Literal[0] = 0
    top_p: float | None
    truncation: Literal["disabled"] = "disabled"
    usage: ResponseUsage | None = None
    user: str | None
    metadata: AnyObject
    router: RouterNote


def begun_response(body: ResponsesRequest, answer_id: str, created: int, note: RouterNote) -> ResponseAnswer:
    """The answer to this request before anything of it is there."""
    return ResponseAnswer(
        id=answer_id,
        created_at=created,
        status="in_progress",
        instructions=body.instructions,
        max_output_tokens=body.max_output_tokens,
        max_tool_calls=body.max_tool_calls,
        model=note.model,
        output=[],
        parallel_tool_calls=body.parallel_tool_calls is not False,
        prompt_cache_key=body.prompt_cache_key,
        reasoning=body.reasoning,
        safety_identifier=body.safety_identifier,
        temperature=body.temperature,
        text=TextConfig(format=body.text.format or FormatBody(type="text"), verbosity=body.text.verbosity),
        tool_choice=body.tool_choice or "auto",
        tools=body.tools or [],
        top_p=body.top_p,
        user=body.user,
        metadata=body.metadata or {},
        router=note,
    )


def ended_response(
    begun: ResponseAnswer, output: Sequence[OutputItem], stop: StopReason | None, usage: Usage | None, note: RouterNote
) -> ResponseAnswer:
    """The answer with all of it that is to come: not all that the model had to say, where it was stopped."""
    reason = _INCOMPLETE.get(stop or StopReason.STOP)
    return begun.model_copy(
        update={
            "status": "completed" if reason is None else "incomplete",
            "incomplete_details": None if reason is None else IncompleteDetails(reason=reason),
            "output": list(output),
            "usage": None if usage is None else ResponseUsage.of(usage),
            "router": note,
        }
    )


_INCOMPLETE: dict[StopReason, Literal["max_output_tokens", "content_filter"]] = {
    StopReason.LENGTH: "max_output_tokens",
    StopReason.CONTENT_FILTER: "content_filter",
}


def cited_pages(citations: Sequence[Citation]) -> list[CitedPage]:
    """The citations as a text tells them."""
    return [CitedPage(start_index=each.start, end_index=each.end, title=each.title, url=each.url) for each in citations]
