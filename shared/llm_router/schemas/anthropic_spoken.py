"""The blocks that an Anthropic assistant's message alone has, but for its calls: thoughts, and what is told of what
happened elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson
from llm_router.schemas.parts import Cacheable, Part, Text, TextPart


class ThinkingBlock(RequestBody):
    """What the assistant thought; whoever signed it, nobody here can tell."""

    type: Literal["thinking"]
    thinking: Text
    signature: Text | None = None


class RedactedThinkingBlock(RequestBody):
    """What it thought where that is encrypted: nobody's here, and left out."""

    type: Literal["redacted_thinking"]
    data: Text


class CompactionBlock(Cacheable):
    """What Anthropic has summed up of the conversation before it; nothing where that failed."""

    type: Literal["compaction"]
    content: Text | None = None
    encrypted_content: AnyJson = None
    signature: AnyJson = None
    tool_changes: AnyJson = None

    def parts(self) -> list[Part]:
        """As a chat has it."""
        return [TextPart(type="text", text=self.content)] if self.content else []


class ElsewhereBlock(Cacheable):
    """What Anthropic's own tools and servers were asked and gave back, or where it went on with another of its models:
    nothing of it is known here, so it is left out, whatever it holds."""

    type: Literal[
        "server_tool_use",
        "web_search_tool_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
        "advisor_tool_result",
        "mcp_tool_use",
        "mcp_tool_result",
        "mcp_tool_listing",
        "fallback",
    ]
    id: AnyJson = None
    name: AnyJson = None
    server_name: AnyJson = None
    mcp_server_name: AnyJson = None
    tools: AnyJson = None
    input: AnyJson = None
    caller: AnyJson = None
    tool_use_id: AnyJson = None
    content: AnyJson = None
    is_error: AnyJson = None
    from_: Annotated[AnyJson, Field(alias="from")] = None
    to: AnyJson = None
    trigger: AnyJson = None
