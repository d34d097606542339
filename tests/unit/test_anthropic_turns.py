"""The turns of an Anthropic conversation, and the messages of a chat that they come to."""

from __future__ import annotations

import pytest

from llm_router.schemas.anthropic_turns import FAILED
from tests.unit.test_anthropic_requests import PDF, USER, block, completion, result, said, use
from tests.unit.test_request_bodies import Fields


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"type": "text", "text": "Hi", "citations": [{"type": "char_location"}]}, "Hi"),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QU\nJD"}},
         [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}]),
        ({"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
         [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]),
        ({"type": "image", "source": {"type": "file", "file_id": "file_1"}},
         [{"type": "file", "file": {"file_id": "file_1"}}]),
        ({"type": "document", "source": PDF, "title": "a.pdf", "context": "Old.", "citations": {"enabled": False}},
         [{"type": "text", "text": "Old."},
          {"type": "file", "file": {"file_data": "data:application/pdf;base64,QUJD", "filename": "a.pdf"}}]),
        ({"type": "document", "source": {"type": "url", "url": "https://x.example/a.pdf"}},
         [{"type": "file", "file": {"file_data": "https://x.example/a.pdf"}}]),
        ({"type": "document", "source": {"type": "file", "file_id": "file_1"}, "title": "A"},
         [{"type": "text", "text": "A"}, {"type": "file", "file": {"file_id": "file_1"}}]),
        ({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Once"}}, "Once"),
        ({"type": "document", "title": "A", "source": {"type": "content", "content": "Once"}},
         [{"type": "text", "text": "A"}, {"type": "text", "text": "Once"}]),
        ({"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "Once"}]}}, "Once"),
        ({"type": "search_result", "source": "https://x.example", "title": "A", "content": [
            {"type": "text", "text": "Once"}]},
         [{"type": "text", "text": text} for text in ("A", "https://x.example", "Once")]),
    ],
)  # fmt: skip
def test_every_block_becomes_parts_of_a_chat(given: Fields, parts: object):
    assert said(block(**given)) == [("user", parts)]


def test_results_of_tools_are_messages_of_their_own_and_come_first():
    turn = {"role": "user", "content": [{"type": "text", "text": "And?"}, result("a"), result("b", None)]}
    assert said({"role": "assistant", "content": [use("a"), use("b")]}, turn) == [
        ("assistant", None),
        ("tool", "done"),
        ("tool", ""),
        ("user", "And?"),
    ]


def test_a_result_that_is_an_error_says_so_and_one_may_hold_pictures_and_names_of_tools():
    picture = {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}}
    turn = [result("a", "No such file.", is_error=True), result("b", [picture])]
    turn.append(result("c", [{"type": "tool_reference", "tool_name": "f"}], is_error=False))
    _, failed, shown, named = said(
        {"role": "assistant", "content": [use(name) for name in "abc"]}, {"role": "user", "content": turn}
    )
    assert failed == ("tool", [{"type": "text", "text": FAILED}, {"type": "text", "text": "No such file."}])
    assert shown == ("tool", [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}])
    assert named == ("tool", "f")


def test_what_the_assistant_thinks_says_and_calls_is_one_message():
    thoughts = [{"type": "thinking", "thinking": text, "signature": "s"} for text in ("Hm.", "So.")]
    turn = [*thoughts, {"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "I ask."}, use("a", n="ä")]
    (message,) = completion(messages=[USER, {"role": "assistant", "content": turn}, USER]).messages[1:-1]
    assert (message.role, message.content, message.reasoning_content) == ("assistant", "I ask.", "Hm.\n\nSo.")
    (call,) = message.tool_calls or []
    assert (call.id, call.function.name, call.function.arguments) == ("a", "f", '{"n":"ä"}')
    assert said({"role": "assistant", "content": thoughts}) == []


def test_the_system_s_text_comes_first_and_blank_not_at_all():
    blocks = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    assert completion(system=blocks).messages == completion(system="Be brief.").messages
    assert [each.role for each in completion(system="Be brief.").messages] == ["system", "user"]
    assert completion(system="") == completion(system=[]) == completion()
    assert said({"role": "system", "content": "Be kind."}) == [("system", "Be kind.")]


ELSEWHERE = [
    {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}, "caller": {"type": "direct"}},
    {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]},
    {"type": "code_execution_tool_result", "tool_use_id": "s", "content": {"type": "code_execution_result"}},
    {"type": "mcp_tool_use", "id": "m", "name": "f", "server_name": "x", "input": {}},
    {"type": "mcp_tool_result", "tool_use_id": "m", "content": "done", "is_error": False},
    {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}, "trigger": None},
]


def test_what_happened_at_anthropic_is_left_out_and_what_it_summed_up_is_its_text():
    summary = {"type": "compaction", "content": "They greeted.", "encrypted_content": "x", "signature": None}
    failed = {"type": "compaction", "content": None}
    turn = {"role": "assistant", "content": [summary, failed, *ELSEWHERE, {"type": "text", "text": "So."}]}
    texts = [{"type": "text", "text": text} for text in ("They greeted.", "So.")]
    assert said(turn, USER) == [("assistant", texts), ("user", "Hello")]
    assert said({"role": "assistant", "content": ELSEWHERE}) == []
