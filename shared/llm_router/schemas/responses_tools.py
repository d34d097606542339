"""The tools and the form of an answer as a Responses request tells them: those of a chat completion, but flat."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from llm_router.schemas.absent import Absent
from llm_router.schemas.body import RequestBody
from llm_router.schemas.chat_request import (
    MAX_TOOLS,
    AllowedTools,
    AllowedToolsChoice,
    Description,
    FunctionBody,
    FunctionName,
    NamedTool,
    ResponseFormat,
    SchemaBody,
    ToolBody,
    Verbosity,
)
from llm_router.schemas.fields import AnyJson, AnyObject, of_kinds
from llm_router.schemas.parts import Name

_OPENAIS = "OpenAI's own tools"
_FUNCTION = of_kinds("function", others=_OPENAIS)


class FunctionTool(FunctionBody):
    """A function that the model may call. What programs and searches of OpenAI's own would do with it is ignored."""

    model_config = ConfigDict(serialize_by_alias=True)

    type: Literal["function"]
    async_: Annotated[Literal[False] | None, Field(alias="async"), Absent] = None
    output_schema: Annotated[AnyObject | None, Absent] = None
    defer_loading: Annotated[bool | None, Absent] = None
    allowed_callers: Annotated[list[Literal["direct", "programmatic"]] | None, Absent] = None
    prompt_cache_breakpoint: Annotated[AnyJson, Absent] = None
    cache_control: Annotated[AnyJson, Absent] = None

    def body(self) -> ToolBody:
        """As a chat has it."""
        function = FunctionBody(
            name=self.name, description=self.description, parameters=self.parameters, strict=self.strict
        )
        return ToolBody(function=function)


FlatTool = Annotated[FunctionTool, _FUNCTION]


class ChosenFunction(RequestBody):
    """One function and no other."""

    type: Literal["function"]
    name: Name

    @property
    def named(self) -> list[tuple[str, str]]:
        """Where its name stands, and the name."""
        return [("name", self.name)]

    def body(self) -> NamedTool:
        """As a chat has it."""
        return NamedTool(function=FunctionName(name=self.name))


class AllowedFunctions(RequestBody):
    """Some of the functions, of which the model may or must call one."""

    type: Literal["allowed_tools"]
    mode: Literal["auto", "required"]
    tools: Annotated[list[Annotated[ChosenFunction, _FUNCTION]], Field(min_length=1, max_length=MAX_TOOLS)]

    @property
    def named(self) -> list[tuple[str, str]]:
        """Where each name stands, and the name."""
        return [(f"tools[{place}]", tool.name) for place, tool in enumerate(self.tools)]

    def body(self) -> AllowedToolsChoice:
        """As a chat has it."""
        allowed = AllowedTools(mode=self.mode, tools=[tool.body() for tool in self.tools])
        return AllowedToolsChoice(type="allowed_tools", allowed_tools=allowed)


ChosenFunctions = Annotated[
    ChosenFunction | AllowedFunctions,
    Field(discriminator="type"),
    of_kinds("function", "allowed_tools", others=_OPENAIS),
]


class FormatBody(RequestBody):
    """Plain text, any JSON, or JSON of a given shape."""

    model_config = ConfigDict(serialize_by_alias=True)

    type: Literal["text", "json_object", "json_schema"]
    name: Annotated[Name | None, Absent] = None
    description: Annotated[Description | None, Absent] = None
    schema_: Annotated[AnyObject | None, Field(alias="schema"), Absent] = None
    strict: Annotated[bool | None, Absent] = None

    @model_validator(mode="after")
    def _has_its_schema(self) -> Self:
        shape = self.name, self.schema_
        if (None in shape) if self.type == "json_schema" else shape != (None, None):
            raise ValueError("name and schema go with the type json_schema")
        return self

    def body(self) -> ResponseFormat:
        """As a chat has it."""
        if self.name is None:
            return ResponseFormat(type=self.type)
        shape = {"name": self.name, "description": self.description, "schema": self.schema_, "strict": self.strict}
        return ResponseFormat(type=self.type, json_schema=SchemaBody.model_validate(shape))


class TextConfig(RequestBody):
    """What the text of an answer is to be like."""

    format: FormatBody | None = None
    verbosity: Verbosity | None = None
