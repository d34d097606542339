"""A response as a stream: how it ends, and what it tells where it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from llm_router.endpoints.response_form import ResponseForm
from llm_router.errors import Overloaded
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ChatAnswer, ChatChunk, Citation, StopReason, ToolCall, Usage
from llm_router.generation.generator import Completed, Stream
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.schemas.chat_answer import router_note
from llm_router.schemas.responses_answer import OutputMessage, OutputText
from llm_router.schemas.responses_request import ResponsesRequest
from tests.support.models import model

MODEL = model("one")
NOTE = router_note(MODEL, None, (), None)
STOPPING = Overloaded("The service is stopping.")


def form() -> ResponseForm:
    return ResponseForm(ResponsesRequest(model="auto", input="Hello"), "x")


async def pieces(*, breaks: bool) -> AsyncGenerator[ChatChunk, None]:
    yield ChatChunk("So")
    if breaks:
        raise ProviderFailed(Failure.SERVER_ERROR)
    yield ChatChunk(stop=StopReason.STOP)


def stopped_at(last: bytes, *, breaks: bool = False, sent: bool = True) -> bytes:
    """What is told to a caller of a stream that is stopped at the event that begins so: when it is sent, or before."""

    async def told() -> bytes:
        made = form()
        events = made.events(pieces(breaks=breaks), Stream(MODEL, ()), NOTE, 0)
        async for each in events:
            if each.startswith(b"event: " + last) and not sent:
                return made.cut_off(STOPPING)
        return made.cut_off(STOPPING)

    return asyncio.run(told())


def test_behind_the_end_of_a_stream_nothing_is_told():
    assert stopped_at(b"response.completed") == b""
    assert stopped_at(b"error", breaks=True) == b""


def test_an_end_that_nobody_has_taken_is_told_as_an_error():
    for last, breaks in ((b"response.completed", False), (b"error", True), (b"response.created", False)):
        told = stopped_at(last, breaks=breaks, sent=False)
        assert told.startswith(b"event: error")
        assert b"event: response.failed" in told


def test_a_whole_answer_has_what_its_text_rests_on_though_calls_follow():
    page = Citation("https://a.example/", "A", 0, 2)
    answer = ChatAnswer("So", StopReason.TOOL_CALLS, tool_calls=(ToolCall("c", "f", "{}"),), citations=(page,))
    found = form().whole(Completed(MODEL, answer, Bill(Usage(1, 1), 0.0)), NOTE, 0)
    message = found.output[0]
    assert isinstance(message, OutputMessage)
    (text,) = message.content
    assert isinstance(text, OutputText)
    assert [page.url for page in text.annotations] == ["https://a.example/"]
