"""A message from the pieces of an answer, whatever they are, and how its stream ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence

import pytest

from llm_router.endpoints.message_form import MessageForm
from llm_router.errors import Overloaded
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ChatAnswer, ChatChunk, Citation, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.generator import Completed, Stream
from llm_router.schemas.anthropic_answer import AnthropicMessage, CalledBlock, SaidBlock
from llm_router.schemas.anthropic_request import MessagesRequest
from llm_router.schemas.anthropic_turns import UserTurn
from llm_router.schemas.chat_answer import router_note
from tests.support.models import model

MODEL = model("one")
NOTE = router_note(MODEL, None, (), None)
STOPPING = Overloaded("The service is stopping.")
STOP = ChatChunk(stop=StopReason.STOP)


def form() -> MessageForm:
    return MessageForm(MessagesRequest(model="auto", messages=[UserTurn(role="user", content="Hello")]), "x")


def whole(answer: ChatAnswer) -> AnthropicMessage:
    return form().whole(Completed(MODEL, answer, Bill(Usage(10, 2, 3, kept_tokens=4), 0.0)), NOTE, 0)


async def _pieces(chunks: Sequence[ChatChunk]) -> AsyncGenerator[ChatChunk, None]:
    for chunk in chunks:
        yield chunk


def told(*chunks: ChatChunk) -> list[dict]:
    """The events of such a stream."""

    async def collect() -> list[dict]:
        events = form().events(_pieces(chunks), Stream(MODEL, ()), NOTE, 0)
        return [json.loads(event.decode().partition("data: ")[2]) async for event in events]

    return asyncio.run(collect())


@pytest.mark.parametrize(
    ("answer", "reason", "sequence"),
    [
        (ChatAnswer("So.", StopReason.STOP), "end_turn", None),
        (ChatAnswer("So", StopReason.LENGTH), "max_tokens", None),
        (ChatAnswer("So", StopReason.STOP, stopped_at="END"), "stop_sequence", "END"),
        (ChatAnswer("", StopReason.TOOL_CALLS, (ToolCall("c", "f", "{}"),)), "tool_use", None),
        (ChatAnswer("", StopReason.STOP, (ToolCall("c", "f", "{}"),)), "tool_use", None),
        (ChatAnswer("", StopReason.CONTENT_FILTER), "refusal", None),
        (ChatAnswer("", StopReason.STOP, refusal="No."), "refusal", None),
    ],
)
def test_why_it_ended_is_told_in_anthropics_words(answer: ChatAnswer, reason: str, sequence: str | None):
    found = whole(answer)
    assert (found.stop_reason, found.stop_sequence) == (reason, sequence)
    usage = found.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (3, 3, 4)


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        (" ", {}),
        ("[1]", {"arguments": "[1]"}),
        ('{"a":', {"arguments": '{"a":'}),
        ('{"a": NaN}', {"arguments": '{"a": NaN}'}),
        ("[" * 100_000, {"arguments": "[" * 100_000}),
    ],
)
def test_what_a_call_is_given_is_an_object_whatever_the_model_wrote(arguments: str, given: dict):
    (block,) = whole(ChatAnswer("", StopReason.TOOL_CALLS, (ToolCall("c", "f", arguments),))).content
    assert isinstance(block, CalledBlock)
    assert block.input == given


def test_what_a_text_rests_on_is_told_with_its_end():
    page = Citation("https://a.example/", "A", 0, 2)
    (said,) = whole(ChatAnswer("So it is.", StopReason.STOP, citations=(page,))).content
    assert isinstance(said, SaidBlock)
    assert said.citations is not None
    assert [(each.url, each.title, each.cited_text) for each in said.citations] == [("https://a.example/", "A", "So")]
    events = told(ChatChunk("So it is."), ChatChunk(stop=StopReason.STOP, citations=(page,)))
    kinds = [each["delta"]["type"] for each in events if each["type"] == "content_block_delta"]
    assert kinds == ["text_delta", "citations_delta"]


def test_a_refusal_is_text_behind_what_was_said():
    events = told(ChatChunk("Well. "), ChatChunk(refusal="I will"), ChatChunk(refusal=" not."), STOP)
    assert [each["delta"]["text"] for each in events if each["type"] == "content_block_delta"] == [
        "Well. ",
        "I will",
        " not.",
    ]
    assert events[-2]["delta"]["stop_reason"] == "refusal"


def test_calls_whose_pieces_are_mixed_are_kept_apart_and_each_has_an_id():
    def called(index: int, arguments: str, name: str | None = None) -> ChatChunk:
        return ChatChunk(tool_calls=(ToolCallDelta(index, None, name, arguments),))

    events = told(called(0, '{"n"', "f"), called(1, '{"m"', "g"), called(0, ": 1}"), called(1, ": 2}"), STOP)
    blocks = [each["content_block"] for each in events if each["type"] == "content_block_start"]
    assert [(each["id"], each["name"], each["input"]) for each in blocks] == [
        ("toolu_x_0", "f", {}),
        ("toolu_x_1", "g", {}),
    ]
    given: dict[int, str] = {}
    for each in events:
        if each["type"] == "content_block_delta":
            given[each["index"]] = given.get(each["index"], "") + each["delta"]["partial_json"]
    assert given == {0: '{"n": 1}', 1: '{"m": 2}'}
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_a_block_has_its_index_from_when_it_is_told_of():
    unnamed = ChatChunk(tool_calls=(ToolCallDelta(0, "a", None, "{"),))
    named = ChatChunk(tool_calls=(ToolCallDelta(1, "b", "g", "{}"),))
    later = ChatChunk(tool_calls=(ToolCallDelta(0, None, "f", "}"),))
    events = told(ChatChunk("So."), unnamed, named, later, STOP)
    begun = [(each["index"], each["content_block"].get("name")) for each in events if "content_block" in each]
    assert begun == [(0, None), (1, "g"), (2, "f")]
    ended = [each["index"] for each in events if each["type"] == "content_block_stop"]
    assert sorted(ended) == [0, 1, 2]


def test_what_several_texts_rest_on_is_told_with_each_by_the_places_in_it():
    first, second = Citation("https://a.example/", "A", 0, 2), Citation("https://b.example/", "B", 6, 9)
    late, nowhere = Citation("https://c.example/", "C", 3, 5), Citation("https://d.example/", "D")
    call = ChatChunk(tool_calls=(ToolCallDelta(0, "c", "f", "{}"),), citations=(first,))
    ending = ChatChunk(stop=StopReason.STOP, citations=(first, second, late, nowhere))
    events = told(ChatChunk("So it "), call, ChatChunk("now is."), ending)
    cited = [(each["index"], each["delta"]["citation"]) for each in events if "citation" in each.get("delta", {})]
    assert [(index, page["title"], page["cited_text"]) for index, page in cited] == [
        (0, "A", "So"),
        (2, "B", "now"),
        (2, "C", ""),
        (2, "D", ""),
    ]


def test_an_answer_without_a_word_has_no_blocks():
    assert whole(ChatAnswer("", StopReason.STOP)).content == []
    assert [each["type"] for each in told(STOP)] == ["message_start", "message_delta", "message_stop"]


def stopped_at(last: bytes, *, sent: bool) -> bytes:
    """What is told to a caller of a stream that is stopped at the event that begins so: when it is sent, or before."""

    async def ended() -> bytes:
        made = form()
        async for each in made.events(_pieces([ChatChunk("So"), STOP]), Stream(MODEL, ()), NOTE, 0):
            if each.startswith(b"event: " + last) and not sent:
                return made.cut_off(STOPPING)
        return made.cut_off(STOPPING)

    return asyncio.run(ended())


def test_behind_the_end_of_a_stream_nothing_is_told_and_before_it_an_error():
    assert stopped_at(b"message_stop", sent=True) == b""
    for last in (b"message_start", b"message_stop"):
        told = stopped_at(last, sent=False)
        assert told.startswith(b"event: error\n")
        assert b'"overloaded_error"' in told
