"""What Anthropic tells of an error, in an answer of its own and in the midst of one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from llm_router.schemas.openai_error import OpenAIError

ErrorKind = Literal[
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "timeout_error",
    "overloaded_error",
    "api_error",
]


class ErrorDetails(BaseModel):
    """The code where Anthropic's SDKs read it."""

    error_code: str


class AnthropicError(OpenAIError):
    """What every path under `/v1/` tells of an error, with Anthropic's kinds, so that its SDKs raise their usual
    exceptions."""

    type: ErrorKind
    details: ErrorDetails


class AnthropicErrorEnvelope(BaseModel):
    """The body of an error under `/v1/messages`, and the event that ends a stream in its midst."""

    type: Literal["error"] = "error"
    error: AnthropicError
    request_id: str
