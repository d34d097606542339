"""`POST /v1/chat/completions`: OpenAI's request, and what the router adds to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Set
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from llm_router.generation.chat import ChatRequest, JsonFormat, Tool, ToolChoice, ToolMode
from llm_router.schemas.answerable import Answerable, Tokens
from llm_router.schemas.beside import Ignored, OpenAiOwn
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyObject, NullOr, Whole
from llm_router.schemas.messages import Messages, chat_messages
from llm_router.schemas.parts import Cacheable, Name

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Verbosity = Literal["low", "medium", "high"]

MAX_TOOLS = 10_000
"""Of a request, whose body has no room for many more. Providers that take fewer are told of in `speakers.toml`."""
ToolName = Annotated[str, Field(pattern="^[a-zA-Z0-9_.-]{1,128}$")]
Description = Annotated[str, Field(max_length=100_000)]


class FunctionBody(RequestBody):
    """A function that the model may call."""

    name: ToolName
    description: Description | None = None
    parameters: AnyObject | None = None
    strict: bool | None = None


class ToolBody(Cacheable):
    """A tool; functions are the only kind."""

    type: NullOr[Literal["function"]] = "function"
    function: FunctionBody

    def tool(self) -> Tool:
        """The tool as it is sent to a model."""
        each = self.function
        return Tool(each.name, each.description, _text(each.parameters), each.strict)


class FunctionName(RequestBody):
    """The function that must be called."""

    name: Name


class NamedTool(RequestBody):
    """One tool and no other."""

    type: NullOr[Literal["function"]] = "function"
    function: FunctionName

    @property
    def named(self) -> list[tuple[str, str]]:
        """Where its name stands, and the name."""
        return [("function.name", self.function.name)]


class AllowedTools(RequestBody):
    """Some of the tools, of which the model may or must call one."""

    mode: Literal["auto", "required"]
    tools: Annotated[list[NamedTool], Field(min_length=1, max_length=MAX_TOOLS)]


class AllowedToolsChoice(RequestBody):
    """Some of the tools and no others."""

    type: Literal["allowed_tools"]
    allowed_tools: AllowedTools

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [tool.function.name for tool in self.allowed_tools.tools]

    @property
    def named(self) -> list[tuple[str, str]]:
        """Where each of them stands, and its name."""
        return [(f"allowed_tools.tools[{place}]", name) for place, name in enumerate(self.names)]


def check_chosen(
    choice: object, named: Iterable[tuple[str, str]], known: Set[str], *, any_word: str = "required"
) -> None:
    """Raises `ValueError` for a choice of a tool that there is not; `named` are those it names, each behind its
    place, and `any_word` says that one must be called, whichever."""
    if choice == any_word and not known:
        raise ValueError(f'must not be "{any_word}" where there are no tools')
    for place, name in named:
        if name not in known:
            raise ValueError(f"{place} is none of the tools")


def _form(choice: object) -> str:
    """Which of the objects a choice of tools means to be: a function where it does not say."""
    kind = choice.get("type") if isinstance(choice, dict) else getattr(choice, "type", None)
    return "function" if kind is None else str(kind)


ChosenTools = Annotated[
    Annotated[NamedTool, Tag("function")] | Annotated[AllowedToolsChoice, Tag("allowed_tools")], Discriminator(_form)
]


class SchemaBody(RequestBody):
    """The shape of a JSON answer."""

    name: Name
    description: Description | None = None
    schema_: Annotated[AnyObject | None, Field(alias="schema")] = None
    strict: bool | None = None


class ResponseFormat(RequestBody):
    """Plain text, any JSON, or JSON of a given shape."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaBody | None = None

    @model_validator(mode="after")
    def _has_its_schema(self) -> Self:
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise ValueError("json_schema goes with the type json_schema")
        return self

    def json_format(self) -> JsonFormat | None:
        """The format as it is sent to a model; None for text."""
        if self.type == "text":
            return None
        found = self.json_schema
        if found is None:
            return JsonFormat()
        return JsonFormat(_text(found.schema_), found.name, found.strict, found.description)


class StreamOptions(RequestBody):
    """What a stream tells beside the text."""

    include_usage: NullOr[bool] = False
    include_obfuscation: bool | None = None


class ChatCompletionRequest(Ignored, OpenAiOwn, Answerable):
    """What other protocols ask comes to this one too."""

    messages: Messages
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    stop: Annotated[str, Field(max_length=1000)] | Annotated[list[Name], Field(max_length=4)] | None = None
    seed: Annotated[int, Whole] | None = None
    verbosity: Verbosity | None = None
    logit_bias: Annotated[dict[Name, Annotated[float, Field(ge=-100, le=100)]], Field(max_length=1024)] | None = None
    reasoning_effort: Effort | None = None
    tools: Annotated[list[ToolBody], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: Literal["auto", "none", "required"] | ChosenTools | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    stream_options: StreamOptions | None = None

    @field_validator("tool_choice")
    @classmethod
    def _chooses_known_tools(cls, choice: object, others: ValidationInfo) -> object:
        if "tools" not in others.data:
            return choice  # They are wrong themselves, which is told already.
        tools: list[ToolBody] = others.data["tools"] or []
        named = choice.named if isinstance(choice, NamedTool | AllowedToolsChoice) else ()
        check_chosen(choice, named, {tool.function.name for tool in tools})
        return choice

    @property
    def longest(self) -> int | None:
        """The longest answer that the caller wants, in tokens."""
        asked = [m for m in (self.max_completion_tokens, self.max_tokens, self.constraints.max_tokens) if m is not None]
        return min(asked, default=None)

    def chat(self, max_tokens: int) -> ChatRequest:
        """The request as it is sent to a model, with an answer of at most so many tokens."""
        stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return ChatRequest(
            messages=chat_messages(self.messages),
            max_tokens=max_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            stop=stop,
            seed=self.seed,
            presence_penalty=self.presence_penalty,
            frequency_penalty=self.frequency_penalty,
            reasoning_effort=self.reasoning_effort,
            verbosity=self.verbosity,
            logit_bias=tuple((self.logit_bias or {}).items()),
            tools=tuple(self._tools()),
            tool_choice=self._tool_choice(),
            parallel_tool_calls=self.parallel_tool_calls,
            json_format=self.response_format.json_format() if self.response_format else None,
            kept=self.session_id is not None,
            own=self.own(),
        )

    def _tools(self) -> Iterator[Tool]:
        """The tools but those that the choice does not allow."""
        allowed = set(self.tool_choice.names) if isinstance(self.tool_choice, AllowedToolsChoice) else None
        for each in self.tools or ():
            if allowed is None or each.function.name in allowed:
                yield each.tool()

    def _tool_choice(self) -> ToolChoice | None:
        if self.tool_choice is None:
            return None
        if isinstance(self.tool_choice, AllowedToolsChoice):
            return ToolChoice(ToolMode(self.tool_choice.allowed_tools.mode))
        if isinstance(self.tool_choice, NamedTool):
            return ToolChoice(ToolMode.REQUIRED, self.tool_choice.function.name)
        return ToolChoice(ToolMode(self.tool_choice))


def _text(schema: AnyObject | None) -> str | None:
    return None if schema is None else json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
