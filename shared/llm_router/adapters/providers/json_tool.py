"""JSON of a given shape from providers that have no setting for it on all their models: a tool that must be called.

What the model would pass to the tool is the answer. Where the request brings tools of its own the shape is only said
in the system's text, since a forced tool would keep the model from calling them.
"""

from __future__ import annotations

from llm_router.generation.chat import ChatRequest, Tool, ToolChoice, ToolMode


def forced(request: ChatRequest) -> Tool | None:
    """The tool whose input is to become the answer, or None when there is none."""
    wanted = request.json_format
    if wanted is None or wanted.schema is None or request.tools:
        return None
    said = wanted.description or "Gives the answer. Always call it."
    return Tool(wanted.name, said, wanted.schema, wanted.strict)


def awaited(request: ChatRequest) -> str | None:
    """The name of the tool whose input is the answer. Of a model that cannot be made to call it, the text is."""
    tool = forced(request)
    return None if tool is None else tool.name


def tools_of(request: ChatRequest) -> tuple[tuple[Tool, ...], ToolChoice | None]:
    """The tools to declare and the choice among them, the forced one included."""
    if (tool := forced(request)) is not None:
        return (tool,), ToolChoice(ToolMode.REQUIRED, tool.name)
    return request.tools, request.tool_choice


def schema_is_said(request: ChatRequest) -> bool:
    """Whether the wish for JSON has to stand in the system's text."""
    return request.json_format is not None and forced(request) is None
