"""Server-sent events as they are framed."""

from __future__ import annotations

from llm_router.web.event_stream import event


def test_an_event_is_a_line_of_data_and_an_empty_one():
    assert event("[DONE]") == b"data: [DONE]\n\n"


def test_what_is_no_text_is_replaced():
    assert event("a\ud800b") == b"data: a?b\n\n"
