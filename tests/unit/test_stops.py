"""An answer ends where the caller wants it to, whether or not the model was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.stops import ended, until_a_stop

PIECES = st.lists(st.text("ab#", max_size=4), max_size=8)
STOPS = st.lists(st.text("ab#", min_size=1, max_size=3), min_size=1, max_size=3)


async def _told(pieces: list[ChatChunk], closed: list[bool]) -> AsyncGenerator[ChatChunk, None]:
    try:
        for piece in pieces:
            yield piece
    finally:
        closed.append(True)


def streamed(pieces: list[ChatChunk], stops: list[str], closed: list[bool] | None = None) -> list[ChatChunk]:
    async def collect() -> list[ChatChunk]:
        return [piece async for piece in until_a_stop(_told(pieces, [] if closed is None else closed), stops)]

    return asyncio.run(collect())


@given(PIECES, STOPS)
@example(["b", "#", "b"], ["#", "b#b"])
def test_a_stream_ends_where_the_whole_answer_would(texts: list[str], stops: list[str]):
    call = ChatChunk(tool_calls=(ToolCallDelta(0, "call_1", "f", "{}"),))
    pieces = [*(ChatChunk(text) for text in texts), call, ChatChunk(stop=StopReason.TOOL_CALLS)]
    found = streamed(pieces, stops)
    calls = (ToolCall("call_1", "f", "{}"),)
    whole = ended(ChatAnswer("".join(texts), StopReason.TOOL_CALLS, calls), stops)
    assert "".join(piece.text for piece in found) == whole.text
    assert [(piece.stop, piece.stopped_at) for piece in found if piece.stop is not None] == [
        (whole.stop, whole.stopped_at)
    ]
    assert sum(len(piece.tool_calls) for piece in found) == len(whole.tool_calls)


@pytest.mark.parametrize(
    ("text", "stop", "left"),
    [("Thought: x\nObservation: y", "\nObservation:", "Thought: x"), ("none here", "###", "none here"), ("a", "", "a")],
)
def test_a_whole_answer_is_cut_at_the_stop(text: str, stop: str, left: str):
    found = ended(ChatAnswer(text, StopReason.LENGTH), [stop])
    assert found.text == left
    assert (found.stop, found.stopped_at) == ((StopReason.LENGTH, None) if left == text else (StopReason.STOP, stop))


def test_what_is_held_back_keeps_back_no_count():
    pieces = [ChatChunk("a#", so_far=Usage(1, 2)), ChatChunk("#", so_far=Usage(1, 3)), ChatChunk("b")]
    assert [(piece.text, piece.so_far) for piece in streamed(pieces, ["##x"])] == [
        ("a", Usage(1, 2)),
        ("", Usage(1, 3)),
        ("##b", None),
    ]


def test_behind_a_stop_nothing_more_is_read():
    closed: list[bool] = []
    found = streamed([ChatChunk("ab"), ChatChunk("c#d"), ChatChunk("never")], ["#"], closed)
    assert [piece.text for piece in found] == ["ab", "c"]
    assert closed == [True]


def test_what_cannot_begin_a_stop_is_passed_on_at_once():
    found = streamed([ChatChunk("one "), ChatChunk("two #"), ChatChunk("# three")], ["###"])
    assert [piece.text for piece in found] == ["one ", "two ", "## three"]


def test_signs_of_life_are_passed_on():
    assert streamed([ChatChunk("a#"), ALIVE, ChatChunk("b"), ALIVE], ["##"]) == [
        ChatChunk("a"),
        ALIVE,
        ChatChunk("#b"),
        ALIVE,
    ]


def test_a_stream_that_ends_within_the_beginning_of_a_stop_loses_nothing():
    assert "".join(piece.text for piece in streamed([ChatChunk("a##")], ["###"])) == "a##"
