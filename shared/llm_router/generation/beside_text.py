"""What a chat request sends to a model beside the text of its messages, and about how long that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llm_router.conversation import MESSAGE_TOKENS
from llm_router.generation.chat import ChatRequest, Tool, ToolCall
from llm_router.ranking.tokens import reading_of

TOOL_TOKENS = 8
"""What wraps the name and the parameters of a tool, as it is sent to Anthropic in the shortest of the forms. OpenAI's
wraps them in more, but OpenAI tells its models of parameters in fewer words than are sent."""
LEAST_TOOL_TOKENS = 28
"""What a tool that has nothing but a short name takes in OpenAI's form, which others tell their models as it is."""
NO_PARAMETERS_TOKENS = 10
"""What is sent as the parameters of a tool that takes nothing."""


def beside_tokens(request: ChatRequest) -> int:
    """About how many tokens of the input are no message's text: tools and the shape of the answer, calls of tools, each
    with what wraps it, earlier thoughts, and the names of who speaks."""
    calls = [call for message in request.messages for call in message.tool_calls]
    texts: list[str | None] = [text for call in calls for text in (call.name, call.arguments)]
    texts += [text for message in request.messages for text in (message.reasoning, message.name)]
    texts += [request.json_format.schema, request.json_format.description] if request.json_format else []
    tools = sum(map(_tool_tokens, _declared(request.tools, calls)))
    return tools + sum(map(_tokens, texts)) + len(calls) * MESSAGE_TOKENS


def _declared(tools: Sequence[Tool], calls: Sequence[ToolCall]) -> Iterator[Tool]:
    """The tools that are sent: where the request brings none some providers want those of earlier calls by their
    names."""
    yield from tools or map(Tool, dict.fromkeys(call.name for call in calls))


def _tool_tokens(tool: Tool) -> int:
    taken = NO_PARAMETERS_TOKENS if tool.parameters in (None, "{}") else _tokens(tool.parameters)
    return max(LEAST_TOOL_TOKENS, TOOL_TOKENS + _tokens(tool.name) + _tokens(tool.description) + taken)


def _tokens(text: str | None) -> int:
    return reading_of(text).tokens if text else 0
