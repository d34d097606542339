"""What Claude Code sends is taken as it is."""

from __future__ import annotations

from tests.functions.test_anthropic_messages import COUNT, PATH, TOOL, told
from tests.support.generating import PROMPT, Client

CLAUDE_CODE = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 32_000,
    "stream": True,
    "metadata": {"user_id": "user_0123_account__session_4567"},
    "system": [
        {"type": "text", "text": "You are Claude Code."},
        {"type": "text", "text": "Be concise.", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ],
    "tools": [{**TOOL, "eager_input_streaming": True, "defer_loading": False, "input_examples": [{}]}],
    "thinking": {"type": "adaptive", "display": "summarized"},
    "output_config": {"effort": "medium"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "", "signature": "EqQB"},
            {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}, "caller": {"type": "direct"}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "<error>none</error>", "is_error": True,
             "cache_control": {"type": "ephemeral"}},
        ]},
    ],
}  # fmt: skip
"""The form of what it sends."""


def test_what_claude_code_sends_is_answered(generating: Client):
    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "claude-code-20250219", "x-api-key": "any"}
    reply = generating.api.send("POST", f"{PATH}?beta=true", CLAUDE_CODE, headers)
    assert reply.status == 200
    assert told(reply)[-1]["type"] == "message_stop"
    ((name, asked),) = generating.asked
    assert (name, asked.reasoning_effort, asked.kept) == ("claude-sonnet-4-6", "medium", True)
    counted = {key: CLAUDE_CODE[key] for key in ("model", "system", "tools", "thinking", "messages")}
    assert generating.api.send("POST", f"{COUNT}?beta=true", counted, headers).json["input_tokens"] > 30
