"""The forms that errors leave in: ours, OpenAI's under `/v1/`, and Anthropic's where its clients ask.

OpenAI's object is within Anthropic's, so that whoever reads the one finds it everywhere under `/v1/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from llm_router import errors
from llm_router.errors import ErrorCode, FieldProblem, RouterError
from llm_router.schemas.anthropic_error import AnthropicError, AnthropicErrorEnvelope, ErrorDetails, ErrorKind
from llm_router.schemas.openai_error import OpenAIError

NAMED_FIELDS = 3

_OPENAI_TYPE = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_ANTHROPIC_TYPE: Mapping[int, ErrorKind] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
}
_BUSY = frozenset({ErrorCode.OVERLOADED, ErrorCode.UPSTREAM_UNAVAILABLE})
"""What Anthropic calls overloaded: all is set up, and has too much to do."""
_TOO_LONG = "prompt is too long: "
"""How Anthropic's sentence begins where a prompt is: its clients shorten a conversation by it."""


class Problem(BaseModel):
    """One wrong field."""

    path: str
    problem: str


class ErrorDetail(BaseModel):
    """What went wrong, in a code for programs and a sentence for people."""

    code: str
    message: str
    request_id: str
    fields: list[Problem] | None = None
    current_version: int | None = None


class ErrorEnvelope(BaseModel):
    """The body of every error."""

    error: ErrorDetail


class OpenAIErrorEnvelope(BaseModel):
    """The body of an error under `/v1/`."""

    error: OpenAIError


@dataclass(frozen=True, slots=True)
class Told:
    """An error, and what is told of it in every form."""

    error: RouterError
    status: int
    code: ErrorCode
    request_id: str = ""

    @property
    def fields(self) -> tuple[FieldProblem, ...]:
        """The wrong ones."""
        return self.error.fields if isinstance(self.error, errors.InvalidRequest) else ()

    @property
    def sentence(self) -> str:
        """The message, or the first wrong fields in one sentence, for objects that have no list of them."""
        named = "; ".join(f"{field.path}: {field.problem}" for field in self.fields[:NAMED_FIELDS])
        return named or self.error.message

    @property
    def param(self) -> str | None:
        """Where the first of them is."""
        return self.fields[0].path if self.fields else None


def in_ours(told: Told) -> str:
    """In our envelope."""
    error, fields = told.error, told.fields
    detail = ErrorDetail(
        code=told.code,
        message=error.message,
        request_id=told.request_id,
        fields=[Problem(path=field.path, problem=field.problem) for field in fields] if told.status == 422 else None,
        current_version=error.current if isinstance(error, errors.VersionConflict) else None,
    )
    return ErrorEnvelope(error=detail).model_dump_json(exclude_none=True)


def openai_facts(told: Told) -> OpenAIError:
    """What OpenAI's object tells of it."""
    kind = _OPENAI_TYPE.get(told.status, "server_error" if told.status >= 500 else "invalid_request_error")
    return OpenAIError(message=told.sentence, type=kind, param=told.param, code=told.code)


def in_openais(told: Told) -> str:
    """In OpenAI's form."""
    return OpenAIErrorEnvelope(error=openai_facts(told)).model_dump_json()


def in_anthropics(told: Told) -> str:
    """In Anthropic's form."""
    usual: ErrorKind = "api_error" if told.status >= 500 else "invalid_request_error"
    kind = "overloaded_error" if told.code in _BUSY else _ANTHROPIC_TYPE.get(told.status, usual)
    is_too_long = told.code is ErrorCode.CONTEXT_LENGTH_EXCEEDED or isinstance(told.error, errors.TooLong)
    begins = _TOO_LONG if is_too_long else ""
    error = AnthropicError(
        message=begins + told.sentence,
        type=kind,
        param=told.param,
        code=told.code,
        details=ErrorDetails(error_code=told.code),
    )
    return AnthropicErrorEnvelope(error=error, request_id=told.request_id).model_dump_json()


@dataclass(frozen=True, slots=True)
class ErrorForm:
    """The form of the errors at all paths that begin so, unless one before it has them."""

    begins: str
    name: str
    envelope: type[BaseModel]
    written: Callable[[Told], str]


ERROR_FORMS = (
    ErrorForm("/v1/messages", "anthropic", AnthropicErrorEnvelope, in_anthropics),
    ErrorForm("/v1/", "openai", OpenAIErrorEnvelope, in_openais),
    ErrorForm("", "error", ErrorEnvelope, in_ours),
)


def form_at(path: str) -> ErrorForm:
    """The form of the errors at this path."""
    return next(form for form in ERROR_FORMS if path.startswith(form.begins))
