"""Tools, thinking and the form of an answer as an Anthropic request tells them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from llm_router.schemas.body import RequestBody
from llm_router.schemas.chat_request import (
    Description,
    Effort,
    FunctionBody,
    FunctionName,
    NamedTool,
    ResponseFormat,
    SchemaBody,
    ToolBody,
    ToolName,
)
from llm_router.schemas.fields import AnyJson, AnyList, AnyObject, Whole, of_kinds
from llm_router.schemas.parts import Cacheable, Name

_BUDGETS: tuple[tuple[int, Effort], ...] = ((2048, "low"), (8192, "medium"))
"""Tokens to think below which an effort is meant; `high` is what is above. Each is between what Claude is given for the
one and for the next."""


class CustomTool(Cacheable):
    """A tool of the caller's. How its use is streamed, and what Anthropic's own tools would do with it, is ignored."""

    type: Literal["custom"] | None = None
    name: ToolName
    description: Description | None = None
    input_schema: AnyObject
    strict: bool | None = None
    eager_input_streaming: bool | None = None
    input_examples: AnyList | None = None
    defer_loading: bool | None = None
    allowed_callers: AnyJson = None

    def body(self) -> ToolBody:
        """As a chat has it."""
        function = FunctionBody(
            name=self.name, description=self.description, parameters=self.input_schema, strict=self.strict
        )
        return ToolBody(function=function)


ClientTool = Annotated[CustomTool, of_kinds("custom", others="Anthropic's own tools")]


class ToolChoiceBody(RequestBody):
    """Whether tools may, must or must not be used, and which."""

    type: Literal["auto", "any", "tool", "none"]
    name: Name | None = None
    disable_parallel_tool_use: bool | None = None

    @model_validator(mode="after")
    def _names_a_tool(self) -> Self:
        if (self.type == "tool") != (self.name is not None):
            raise ValueError("name goes with the type tool")
        return self

    @property
    def named(self) -> list[tuple[str, str]]:
        """Where a tool's name stands, and the name."""
        return [] if self.name is None else [("name", self.name)]

    def body(self) -> Literal["auto", "none", "required"] | NamedTool:
        """As a chat has it."""
        if self.name is not None:
            return NamedTool(function=FunctionName(name=self.name))
        return "required" if self.type == "any" else "none" if self.type == "none" else "auto"


class ThinkingConfig(RequestBody):
    """Whether the model is to think, how long, and whether what it thinks is told. What becomes of thoughts that are
    not this conversation's is ignored: nobody here can tell."""

    type: Literal["enabled", "adaptive", "disabled", "between_tools"]
    budget_tokens: Annotated[int, Field(ge=1, le=10_000_000), Whole] | None = None
    display: Literal["summarized", "omitted"] | None = None
    block_binding: AnyJson = None

    @model_validator(mode="after")
    def _has_its_budget(self) -> Self:
        if (self.type == "enabled") != (self.budget_tokens is not None):
            raise ValueError("budget_tokens goes with the type enabled")
        return self

    @property
    def effort(self) -> Effort:
        """In a chat's words. A model that may think as it likes does so with a high effort, as at Anthropic's."""
        if not self.thinks:
            return "none"
        budget = self.budget_tokens
        return next((effort for least, effort in _BUDGETS if budget is not None and budget < least), "high")

    @property
    def tells(self) -> bool:
        """Whether thoughts are told."""
        return self.thinks and self.display != "omitted"

    @property
    def thinks(self) -> bool:
        """Whether there is to be thought before the answer; between calls of tools it may be anyway."""
        return self.type in {"enabled", "adaptive"}


class ShapeBody(RequestBody):
    """The answer is to be JSON of this shape."""

    type: Literal["json_schema"]
    schema_: Annotated[AnyObject, Field(alias="schema")]

    def response_format(self) -> ResponseFormat:
        """As a chat has it."""
        shape = SchemaBody.model_validate({"name": "answer", "schema": self.schema_})
        return ResponseFormat(type="json_schema", json_schema=shape)


class OutputConfig(RequestBody):
    """How hard to try, and what the answer is to be like. What the whole task may cost only Claude would be told."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: ShapeBody | None = None
    task_budget: AnyJson = None
