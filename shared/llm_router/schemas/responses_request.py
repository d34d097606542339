"""`POST /v1/responses`: OpenAI's newer request, and the chat completion that asks the same."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from llm_router.schemas.answerable import Answerable, Tokens
from llm_router.schemas.beside import OpenAiOwn, Unheeded
from llm_router.schemas.body import RequestBody
from llm_router.schemas.chat_request import MAX_TOOLS, ChatCompletionRequest, Effort, StreamOptions, check_chosen
from llm_router.schemas.fields import NullOr, Whole, never
from llm_router.schemas.messages import MAX_MESSAGES, Message, ask_something
from llm_router.schemas.parts import Text
from llm_router.schemas.responses_items import Item
from llm_router.schemas.responses_messages import Said
from llm_router.schemas.responses_tools import AllowedFunctions, ChosenFunction, ChosenFunctions, FlatTool, TextConfig

MAX_ITEMS = 3 * MAX_MESSAGES
"""What is thought, called and given back are items of their own, which share a message."""

_NOTHING_STORED = "must be left out: nothing is stored here, so send the whole input each time"


class ReasoningConfig(RequestBody):
    """How much is to be thought. Thoughts are told wherever the model tells them."""

    effort: Effort | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None
    generate_summary: Literal["auto", "concise", "detailed"] | None = None
    context: Literal["auto", "current_turn", "all_turns"] | None = None
    mode: Literal["standard"] | None = None


Included = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
]
"""What may be wanted in an answer, of which there is nothing here. Probabilities of tokens are refused."""


class ResponsesRequest(Unheeded, OpenAiOwn, Answerable):
    """Nothing is stored, whatever `store` says."""

    instructions: Text | None = None
    input: Text | Annotated[list[Item], Field(min_length=1, max_length=MAX_ITEMS)]
    tools: Annotated[list[FlatTool], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: Literal["auto", "none", "required"] | ChosenFunctions | None = None
    parallel_tool_calls: bool | None = None
    text: NullOr[TextConfig] = TextConfig()
    reasoning: NullOr[ReasoningConfig] = ReasoningConfig()
    max_output_tokens: Tokens | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stream_options: StreamOptions | None = None
    include: list[Included] | None = None
    max_tool_calls: Annotated[int, Field(ge=1), Whole] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    background: Annotated[
        Literal[False] | None, never("must be left out: nothing is answered later than it is asked")
    ] = None
    previous_response_id: Annotated[None, never(_NOTHING_STORED)] = None
    conversation: Annotated[None, never(_NOTHING_STORED)] = None
    prompt: Annotated[None, never("must be left out: no prompts are stored here, so send its text as input")] = None

    @field_validator("input")
    @classmethod
    def _is_a_chat(cls, given: str | list[Item], others: ValidationInfo) -> Said:
        said = Said(given)
        if len(said.messages) + bool(others.data.get("instructions")) > MAX_MESSAGES:
            raise ValueError(f"must come to at most {MAX_MESSAGES} messages, with the instructions")
        ask_something(said.messages)
        return said

    @field_validator("tool_choice")
    @classmethod
    def _chooses_known_tools(cls, choice: object, others: ValidationInfo) -> object:
        if "tools" in others.data:
            tools: list[FlatTool] = others.data["tools"] or []
            named = choice.named if isinstance(choice, ChosenFunction | AllowedFunctions) else ()
            check_chosen(choice, named, {tool.name for tool in tools})
        return choice

    def completion(self) -> ChatCompletionRequest:
        """The chat completion that asks the same."""
        told = [Message(role="system", content=self.instructions)] if self.instructions else []
        said = self.input if isinstance(self.input, Said) else Said(self.input)
        choice = self.tool_choice
        return ChatCompletionRequest(
            model=self.model,
            messages=[*told, *said.messages],
            max_completion_tokens=self.max_output_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            verbosity=self.text.verbosity,
            reasoning_effort=self.reasoning.effort,
            tools=None if self.tools is None else [tool.body() for tool in self.tools],
            tool_choice=choice if choice is None or isinstance(choice, str) else choice.body(),
            parallel_tool_calls=self.parallel_tool_calls,
            response_format=self.text.format.body() if self.text.format else None,
            stream=self.stream,
            constraints=self.constraints,
            preference=self.preference,
            session_id=self.session_id,
            cache=self.cache,
            user=self.user,
            safety_identifier=self.safety_identifier,
            prompt_cache_key=self.prompt_cache_key,
            store=False if self.store is False else None,
            metadata=self.metadata,
        )
