"""OpenAI's protocol: pictures and files stand where OpenAI takes them, and files have names."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.adapters.providers.openai_request import SEE_BELOW
from llm_router.generation.chat import ChatMessage, ChatRequest, FilePart, ImagePart, Role, TextPart, ToolCall
from tests.support.chat import text
from tests.unit.test_provider_openai_requests import posted


def test_what_a_tool_gave_that_is_no_text_is_shown_by_the_user_behind_all_results():
    picture = ImagePart("https://x.example/a.png")
    pdf = FilePart(data="data:application/pdf;base64,JVBERi0=", filename="a.pdf")
    calls = tuple(ToolCall(name, "f", "{}") for name in "abc")
    sent = posted(
        ChatRequest(
            (
                text(Role.USER, "Hi"),
                ChatMessage(Role.ASSISTANT, tool_calls=calls),
                ChatMessage(Role.TOOL, (TextPart("One."), picture), tool_call_id="a"),
                ChatMessage(Role.TOOL, (pdf,), tool_call_id="b"),
                ChatMessage(Role.TOOL, (TextPart("Three."),), tool_call_id="c"),
                text(Role.USER, "So?"),
                ChatMessage(Role.ASSISTANT, tool_calls=calls[:1]),
                ChatMessage(Role.TOOL, (picture,), tool_call_id="a"),
            )
        ),
        Quirks(),
    )["messages"]
    seen = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
    file = {"type": "file", "file": {"file_data": pdf.data, "filename": "a.pdf"}}
    assert [(each["role"], each["content"]) for each in sent[2:]] == [
        ("tool", "One."),
        ("tool", SEE_BELOW),
        ("tool", "Three."),
        ("user", [seen, file]),
        ("user", "So?"),
        ("assistant", None),
        ("tool", SEE_BELOW),
        ("user", [seen]),
    ]


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (FilePart(data="data:application/pdf;base64,JVBERi0="), "file.pdf"),
        (FilePart(data="data:application/pdf;base64,JVBERi0=", filename="a.pdf"), "a.pdf"),
        (FilePart(data="data:text/plain,Hi"), "file.txt"),
        (
            FilePart(data="data:application/vnd.openxmlformats-officedocument.wordprocessingml.document;base64,UEs="),
            "file.docx",
        ),
        (FilePart(data="data:application/x-nobody-knows;base64,UEs="), "file"),
        (FilePart(file_id="file-1"), None),
        (FilePart(data="https://x.example/a.pdf"), None),
    ],
)
def test_a_file_without_a_name_has_one_by_its_kind(part: FilePart, name: str | None):
    (message,) = posted(ChatRequest((ChatMessage(Role.USER, (part,)),)), Quirks())["messages"]
    assert message["content"][0]["file"].get("filename") == name
