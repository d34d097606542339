"""`POST /v1/messages`: Anthropic's request, and the chat completion that asks the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from llm_router.generation.chat import ChatRequest
from llm_router.schemas.answerable import Answerable, Tokens
from llm_router.schemas.anthropic_tools import ClientTool, OutputConfig, ShapeBody, ThinkingConfig, ToolChoiceBody
from llm_router.schemas.anthropic_turns import SystemContent, Turn, Turns, told
from llm_router.schemas.body import RequestBody
from llm_router.schemas.chat_request import MAX_TOOLS, ChatCompletionRequest, Effort, ResponseFormat, check_chosen
from llm_router.schemas.fields import AnyJson, NullOr, never
from llm_router.schemas.messages import MAX_MESSAGES, ask_something
from llm_router.schemas.parts import Cacheable, Name


class AnthropicMetadata(RequestBody):
    """Who asks."""

    user_id: Annotated[str, Field(max_length=1024)] | None = None


class MessageCompletion(ChatCompletionRequest):
    """A chat completion, and what a message alone asks for: that its provider keeps the prompt in its cache, as that of
    a session is, and that thoughts are told by models that tell none otherwise. Neither makes another question of it.
    """

    keeps_prompt: Annotated[bool, Field(exclude=True)] = False
    wants_thoughts: Annotated[bool, Field(exclude=True)] = False

    def chat(self, max_tokens: int) -> ChatRequest:
        """As it is sent to a model."""
        chat = super().chat(max_tokens)
        return replace(chat, kept=chat.kept or self.keeps_prompt, wants_thoughts=self.wants_thoughts)


class BillingPolicy(RequestBody):
    """Who pays: nobody else can here."""

    type: Literal["billing_policy"]
    bill_to: Literal["self"] | None = None


class AnthropicOwn(RequestBody):
    """What Anthropic's clients send beside a question and its settings. What changes no answer is taken and ignored, as
    are wishes to shorten a prompt, which is never done here, and to ask other models of Anthropic's where one declines;
    what would be wrong to ignore is refused. A `thread` is refused as Anthropic refuses it, so that its SDK sends the
    whole conversation instead."""

    context_management: AnyJson = None
    diagnostics: AnyJson = None
    fallbacks: AnyJson = None
    fallback_credit_token: AnyJson = None
    billing_policy: BillingPolicy | None = None
    thread: AnyJson = None
    service_tier: Literal["auto", "standard_only"] | None = None
    speed: Literal["standard"] | None = None
    inference_geo: Annotated[
        Literal["global"] | None, never("must be left out: say where by constraints.regions", but="global")
    ] = None
    top_k: Annotated[None, never("must be left out: no model here is told it, so say temperature or top_p")] = None
    container: Annotated[None, never("must be left out: nothing is run here")] = None
    compaction: Annotated[None, never("must be left out: conversations are not summed up here, so ask for that")] = None
    mcp_servers: Annotated[
        Annotated[list[AnyJson], Field(max_length=0)] | None,
        never("must be left out: no servers are asked here, so send their tools"),
    ] = None


def _an_answer(longest: object) -> object:
    if longest == 0 and longest is not False:
        raise ValueError("must be at least 1: no prompt is put into a cache here without an answer")
    return longest


class MessagesRequest(AnthropicOwn, Answerable):
    """A conversation in Anthropic's form. To have its tokens counted, `max_tokens` and all that is said of the answer
    may be left out."""

    system: SystemContent | None = None
    messages: Annotated[list[Turn], Field(min_length=1, max_length=MAX_MESSAGES)]
    max_tokens: Annotated[Tokens, BeforeValidator(_an_answer)] | None = None
    stop_sequences: Annotated[list[Name], Field(max_length=4)] | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    tools: Annotated[list[ClientTool], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: ToolChoiceBody | None = None
    thinking: ThinkingConfig | None = None
    output_config: NullOr[OutputConfig] = OutputConfig()
    output_format: ShapeBody | None = None
    metadata: NullOr[AnthropicMetadata] = AnthropicMetadata()
    cache_control: AnyJson = None

    @field_validator("messages")
    @classmethod
    def _are_a_chat(cls, given: list[Turn], others: ValidationInfo) -> Turns:
        turns = Turns(given)
        if len(turns.said) + bool(others.data.get("system")) > MAX_MESSAGES:
            raise ValueError(f"must come to at most {MAX_MESSAGES} messages, with the system's and results of tools")
        ask_something(turns.said)
        return turns

    @field_validator("tool_choice")
    @classmethod
    def _chooses_known_tools(cls, choice: ToolChoiceBody | None, others: ValidationInfo) -> ToolChoiceBody | None:
        if choice is not None and "tools" in others.data:
            tools: list[ClientTool] = others.data["tools"] or []
            check_chosen(choice.type, choice.named, {tool.name for tool in tools}, any_word="any")
        return choice

    @property
    def tells_thoughts(self) -> bool:
        """Whether the answer has what was thought: clients that have not asked for it take the first block for text."""
        return self.thinking is not None and self.thinking.tells

    def completion(self, model: str | None = None) -> ChatCompletionRequest:
        """The chat completion that asks the same, of this model where it is another than the request names."""
        turns = self.messages if isinstance(self.messages, Turns) else Turns(self.messages)
        choice = self.tool_choice
        return MessageCompletion(
            model=model or self.model,
            messages=[*told(self.system), *turns.said],
            max_completion_tokens=self.max_tokens,
            stop=self.stop_sequences,
            temperature=self.temperature,
            top_p=self.top_p,
            reasoning_effort=self._effort,
            tools=None if self.tools is None else [tool.body() for tool in self.tools],
            tool_choice=None if choice is None else choice.body(),
            parallel_tool_calls=False if choice is not None and choice.disable_parallel_tool_use else None,
            response_format=self._shape,
            stream=self.stream,
            constraints=self.constraints,
            preference=self.preference,
            session_id=self.session_id,
            cache=self.cache,
            user=self.metadata.user_id,
            keeps_prompt=self._marks_what_to_keep,
            wants_thoughts=self.thinking is not None and self.thinking.tells and self.thinking.display == "summarized",
        )

    @property
    def _marks_what_to_keep(self) -> bool:
        """Whether anything is marked for the cache of prompts: wherever that is, the whole prompt is kept."""
        spoken = [self.system, *(turn.content for turn in self.messages)]
        blocks = [*(self.tools or ()), *(block for said in spoken if isinstance(said, list) for block in said)]
        marks = [self.cache_control, *(block.cache_control for block in blocks if isinstance(block, Cacheable))]
        return any(mark is not None for mark in marks)

    @property
    def _shape(self) -> ResponseFormat | None:
        """What the answer is to be like, by the field's older name too."""
        given = self.output_config.format or self.output_format
        return None if given is None else given.response_format()

    @property
    def _effort(self) -> Effort | None:
        """None where nothing is said of it. What is not to think at all does not, however hard it is to try."""
        if self.thinking is not None and not self.thinking.thinks:
            return "none"
        return self.output_config.effort or (None if self.thinking is None else self.thinking.effort)
