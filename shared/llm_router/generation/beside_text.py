"""What a chat request sends to a model beside the text of its messages, and about how long that is."""

from __future__ import annotations

from llm_router.conversation import MESSAGE_TOKENS
from llm_router.generation.chat import ChatRequest, Role
from llm_router.ranking.tokens import reading_of


def beside_tokens(request: ChatRequest) -> int:
    """About how many tokens of the input are no message's text: tools, the shape of the
    answer, calls of tools with what wraps each of them, earlier thoughts, and the users' names."""
    calls = [call for message in request.messages for call in message.tool_calls]
    texts = [text for tool in request.tools for text in (tool.name, tool.description, tool.parameters)]
    texts += [text for call in calls for text in (call.name, call.arguments)]
    texts += [message.reasoning for message in request.messages]
    texts += [message.name for message in request.messages if message.role is Role.USER]
    texts += [request.json_format.schema, request.json_format.description] if request.json_format else []
    return sum(reading_of(text).tokens for text in texts if text) + len(calls) * MESSAGE_TOKENS
