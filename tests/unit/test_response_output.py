"""The items of a response and the events that tell of them, whatever order the pieces of an answer come in."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from llm_router.endpoints.output import Output
from llm_router.endpoints.response_items import ResponseWriter
from llm_router.generation.chat import ALIVE, ChatChunk, Citation, StopReason, ToolCallDelta
from llm_router.schemas.responses_answer import (
    OutputCall,
    OutputItem,
    OutputMessage,
    OutputReasoning,
    OutputRefusal,
    OutputText,
)
from llm_router.schemas.responses_event import ResponseEvent

Told = Output[ResponseEvent, OutputItem]
STOP = ChatChunk(stop=StopReason.STOP)


def told(*chunks: ChatChunk) -> tuple[Told, list[ResponseEvent]]:
    """What such pieces come to, and the events on the way."""
    output: Told = Output(ResponseWriter("x"))
    found = [event for chunk in chunks for event in output.take(chunk)]
    return output, [*found, *output.end()]


def called(index: int, arguments: str, id_: str | None = None, name: str | None = None) -> ChatChunk:
    return ChatChunk(tool_calls=(ToolCallDelta(index, id_, name, arguments),))


def shorts(events: Iterable[ResponseEvent]) -> list[tuple[str, int | None]]:
    return [(event.type.removeprefix("response."), event.output_index) for event in events]


def calls(output: Told) -> list[tuple[str, str, str]]:
    found = [item for item in output.items() if isinstance(item, OutputCall)]
    return [(call.call_id, call.name, call.arguments) for call in found]


def test_a_sign_of_life_and_an_answer_without_a_word_are_no_items():
    output, events = told(ALIVE, STOP)
    assert (output.items(), events) == ([], [])


def test_one_call_is_told_whole_before_the_next_begins():
    output, events = told(
        called(0, "", "a", "f"), called(0, '{"n": 1}'), called(1, '{"n": 2}', "b", "g"), STOP
    )  # fmt: skip
    assert calls(output) == [("a", "f", '{"n": 1}'), ("b", "g", '{"n": 2}')]
    places = [place for _, place in shorts(events)]
    assert places == sorted(places, key=str)
    assert all(item.status == "completed" for item in output.items())


def test_arguments_nested_beyond_reading_end_no_stream():
    deep = '{"a":' + "[" * 5000 + "]" * 5000 + "}"
    output, _ = told(called(0, deep, "a", "f"), called(1, '{"n": 2}', "b", "g"), STOP)
    assert calls(output) == [("a", "f", deep), ("b", "g", '{"n": 2}')]


def test_calls_whose_pieces_are_mixed_are_kept_apart():
    output, events = told(
        called(0, '{"n"', "a", "f"), called(1, '{"m"', "b", "g"), called(0, ": 1}"), called(1, ": 2}"), STOP
    )
    assert calls(output) == [("a", "f", '{"n": 1}'), ("b", "g", '{"m": 2}')]
    for index in (0, 1):
        pieces = [event.delta or "" for event in events if event.output_index == index]
        assert "".join(pieces) == calls(output)[index][2]


def test_a_call_begins_with_its_name_and_one_that_has_none_is_told_at_the_end():
    output, events = told(called(0, '{"n"', "a"), called(0, ": 1}", None, "f"), called(1, "{}", "b"), STOP)
    assert calls(output) == [("a", "f", '{"n": 1}'), ("b", "", "{}")]
    assert shorts(events)[0] == ("output_item.added", 0)
    added = [event.item for event in events if event.type == "response.output_item.added"]
    assert [item.name for item in added if isinstance(item, OutputCall)] == ["f", ""]


def test_blanks_behind_a_call_that_is_told_already_are_left_out():
    output, events = told(called(0, "{}", "a", "f"), called(1, "{}", "b", "g"), called(0, " \n"), STOP)
    assert [arguments for _, _, arguments in calls(output)] == ["{}", "{}"]
    assert shorts(events)[-1] == ("output_item.done", 1)


def test_thoughts_speech_and_thoughts_again_are_three_items():
    output, _ = told(ChatChunk(reasoning="Hm."), ChatChunk("So", reasoning="Ah."), ChatChunk(reasoning="But"), STOP)
    kinds = [type(item) for item in output.items()]
    assert kinds == [OutputReasoning, OutputMessage, OutputReasoning]
    first = output.items()[0]
    assert isinstance(first, OutputReasoning)
    assert [part.text for part in first.summary] == ["Hm.Ah."]


def test_a_refusal_behind_text_is_a_part_of_its_own():
    output, events = told(ChatChunk("Well"), ChatChunk(refusal="No"), ChatChunk(refusal="."), STOP)
    (message,) = output.items()
    assert isinstance(message, OutputMessage)
    assert message.content == [OutputText(text="Well"), OutputRefusal(refusal="No.")]
    assert [event.content_index for event in events if event.type == "response.content_part.done"] == [0, 1]


def test_what_a_text_rests_on_is_told_before_its_end():
    pages = (Citation("https://a.example/", "A", 0, 4), Citation("https://b.example/"))
    output, events = told(ChatChunk("So it", citations=pages[:1]), ChatChunk(" is", citations=pages), STOP)
    kinds = [kind for kind, _ in shorts(events)]
    assert kinds[-5:] == [
        "output_text.annotation.added",
        "output_text.annotation.added",
        "output_text.done",
        "content_part.done",
        "output_item.done",
    ]
    (message,) = output.items()
    assert isinstance(message, OutputMessage)
    (text,) = message.content
    assert isinstance(text, OutputText)
    assert [(page.url, page.title, page.end_index) for page in text.annotations] == [
        ("https://a.example/", "A", 4),
        ("https://b.example/", "", 0),
    ]


FOLLOWED: dict[str, ChatChunk] = {
    "a call": called(0, "{}", "a", "f"),
    "thoughts": ChatChunk(reasoning="Hm."),
    "a refusal": ChatChunk(refusal="No."),
}


@pytest.mark.parametrize("next_", FOLLOWED.values(), ids=FOLLOWED)
def test_what_a_text_rests_on_is_told_before_its_end_though_more_follows(next_: ChatChunk):
    page = Citation("https://a.example/", "A")
    output, events = told(ChatChunk("So it is", citations=(page,)), next_, STOP)
    kinds = [kind for kind, _ in shorts(events)]
    assert kinds.index("output_text.annotation.added") == kinds.index("output_text.done") - 1
    done = {event.output_index: event.item for event in events if event.type == "response.output_item.done"}
    assert [done[place] for place in sorted(place for place in done if place is not None)] == output.items()


def test_what_is_known_of_a_text_only_when_it_has_ended_is_not_told_of_another_item():
    page = Citation("https://a.example/", "A")
    output, events = told(
        ChatChunk("So"), called(0, "{}", "a", "f"), ChatChunk(stop=StopReason.STOP, citations=(page,))
    )
    assert [event.item for event in events if event.type == "response.output_item.done"] == output.items()


def test_a_call_that_is_given_nothing_is_told_an_object():
    output, events = told(called(0, "", "a", "f"), called(1, " ", "b"), STOP)
    assert calls(output) == [("a", "f", "{}"), ("b", "", " {}")]
    for index in (0, 1):
        pieces = [event.delta or "" for event in events if event.output_index == index]
        assert "".join(pieces) == calls(output)[index][2]


def test_calls_that_were_cut_are_incomplete_wherever_they_stand():
    output, events = told(
        called(0, '{"a', "a", "f"), called(1, "", "b", "g"), called(2, "{}", "c", "h"), called(3, '{"d', "d", "i"),
        ChatChunk(stop=StopReason.LENGTH),
    )  # fmt: skip
    assert [item.status for item in output.items()] == ["incomplete", "incomplete", "completed", "incomplete"]
    assert [arguments for _, _, arguments in calls(output)] == ['{"a', "", "{}", '{"d']
    assert [event.type for event in events].count("response.output_item.done") == 4


def test_only_the_last_item_of_an_answer_that_is_cut_is_incomplete():
    output, _ = told(ChatChunk("So"), called(0, '{"n"', "a", "f"), ChatChunk(stop=StopReason.LENGTH))
    assert [item.status for item in output.items()] == ["completed", "incomplete"]


def test_what_breaks_off_is_incomplete_as_far_as_it_was_open():
    output: Told = Output(ResponseWriter("x"))
    for chunk in (ChatChunk(reasoning="Hm."), ChatChunk("So")):
        list(output.take(chunk))
    output.break_off()
    assert [item.status for item in output.items()] == ["completed", "incomplete"]
