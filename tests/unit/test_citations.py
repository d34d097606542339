"""The pages that an answer rests on reach the caller, however a speaker of OpenAI's form tells of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from llm_router.adapters.lru import LruCache
from llm_router.endpoints.chat_form import ChatForm
from llm_router.generation.chat import ChatAnswer, ChatChunk, Citation, StopReason
from llm_router.generation.generator import Stream
from llm_router.generation.kept_answers import KeptAnswer, KeptAnswers
from llm_router.generation.stops import until_a_stop
from llm_router.schemas.annotations import annotated
from llm_router.schemas.chat_answer import chunk_delta, message_answer, router_note
from llm_router.schemas.chat_request import ChatCompletionRequest
from tests.support.chat import ask, run, streamed
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.provider_faults import Raw
from tests.support.provider_server import ProviderServer
from tests.support.speaking_openai import protocol, whole

HELLO = [{"role": "user", "content": "Hello"}]
A, B = "https://a.example/", "https://b.example/"
PLACE = {"start_index": 3, "end_index": 6}
ANNOTATIONS = [
    {"type": "url_citation", "url_citation": {"url": A, "title": "A", **PLACE}},
    {"type": "url_citation", "url_citation": {"url": B}},
]
CITED = (Citation(A, "A", 3, 6), Citation(B))
RESULTS = [{"title": "B", "url": B, "date": "2026-01-01"}, {"title": "A", "url": A}]
BROKEN: list[object] = [
    *(None, "x", 5, {}, [None, "x", 5]),
    [{"type": "url_citation"}, {"type": "file", "url_citation": {"url": A}}],
    [{"type": "url_citation", "url_citation": "x"}, {"type": "url_citation", "url_citation": {"url": 1}}],
]


def told(server: ProviderServer, beside: dict[str, object], **message: object) -> tuple[Citation, ...]:
    said = {"choices": [{"message": {"content": "So [1].", **message}, "finish_reason": "stop"}], **beside}
    server.then(Raw(200, json.dumps(said).encode()))
    return whole(server).citations


def pieces(server: ProviderServer, *events: dict[str, object]) -> list[ChatChunk]:
    lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    server.then(Raw(200, f"{lines}data: [DONE]\n\n".encode(), {"content-type": "text/event-stream"}))
    return run(protocol(server), lambda provider: streamed(provider, "gpt-x", ask()))


def delta(**fields: object) -> list[dict[str, object]]:
    return [{"delta": fields}]


def test_a_message_s_annotations_come_back(server: ProviderServer):
    assert told(server, {"citations": [B]}, annotations=ANNOTATIONS) == CITED


@pytest.mark.parametrize(
    ("beside", "cited"),
    [
        ({"citations": [A, B], "search_results": RESULTS}, (Citation(A, "A"), Citation(B, "B"))),
        ({"citations": [A, "https://c.example/"]}, (Citation(A), Citation("https://c.example/"))),
        ({"search_results": RESULTS}, (Citation(B, "B"), Citation(A, "A"))),
    ],
)
def test_what_stands_beside_an_answer_is_cited_in_the_order_that_its_text_counts(beside, cited, server: ProviderServer):
    assert told(server, beside) == cited


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_citation_spoils_no_answer(broken: object, server: ProviderServer):
    assert told(server, {"citations": {"x": 1}, "search_results": broken}, annotations=broken) == ()


def sent(pieces: list[ChatChunk], stops: Sequence[str] = ()) -> list[dict]:
    """The events that the caller gets, but for the last mark; typed loosely because tests look into them."""

    async def said() -> AsyncGenerator[ChatChunk, None]:
        for piece in pieces:
            yield piece

    async def told() -> list[bytes]:
        stream = Stream(model("one"), ())
        stream.pieces = until_a_stop(said(), stops) if stops else said()
        note = router_note(stream.model, None, (), None)
        form = ChatForm(ChatCompletionRequest.model_validate({"model": "one", "messages": HELLO}), "a")
        return [each async for each in form.events(stream.pieces, stream, note, 1)]

    return [json.loads(each.removeprefix(b"data: ")) for each in asyncio.run(told())[:-1]]


def notes(sent: list[dict]) -> list[object]:
    return [each["choices"][0]["delta"].get("annotations") for each in sent]


def shown(*cited: Citation) -> list[dict[str, object]]:
    return [each.model_dump() for each in annotated(cited) or ()]


def test_openais_sdk_adds_up_a_stream_whose_pieces_cite_one_page_after_the_other(server: ProviderServer):
    found = pieces(
        server,
        {"choices": delta(content="So", annotations=ANNOTATIONS[:1])},
        {"choices": delta(content=" it", annotations=ANNOTATIONS), "citations": [A]},
        {"choices": delta(content=" is", annotations=ANNOTATIONS[1:])},
    )
    state = ChatCompletionStreamState()
    for each in sent(found):
        state.handle_chunk(ChatCompletionChunk.model_validate(each))
    (choice,) = state.current_completion_snapshot.choices
    assert choice.message.content == "So it is"
    assert [each.url_citation.url for each in choice.message.annotations or ()] == [A, B]


def test_what_stands_beside_every_piece_is_told_at_the_end(server: ProviderServer):
    beside = {"citations": [A, B]}
    found = pieces(server, {"choices": delta(content="So"), **beside}, {"choices": delta(content=" [1]"), **beside})
    assert found[-1].citations == (Citation(A), Citation(B))
    assert notes(sent(found)) == [None, None, shown(*found[-1].citations)]


@pytest.mark.parametrize("beside", [{"citations": [A]}, {}])
def test_a_stream_that_is_ended_at_a_stop_has_its_citations(beside: dict[str, object], server: ProviderServer):
    said = {} if beside else {"annotations": [{"type": "url_citation", "url_citation": {"url": A}}]}
    found = pieces(server, *({"choices": delta(content=text, **said), **beside} for text in ("So [1]", ".##", "No")))
    assert notes(sent(found, ["##"])) == [None, None, shown(Citation(A))]


def test_the_caller_is_told_in_openai_s_form():
    message = message_answer(ChatAnswer("So.", StopReason.STOP, citations=CITED[:1])).model_dump()
    assert message["annotations"] == ANNOTATIONS[:1]
    assert chunk_delta(ChatChunk(citations=CITED[:1]), first=False).model_dump()["annotations"] == ANNOTATIONS[:1]
    assert "annotations" not in json.loads(message_answer(ChatAnswer("So.", StopReason.STOP)).model_dump_json())


def test_a_stream_tells_its_citations_once_with_why_it_ended():
    told = sent([ChatChunk("So [1].", citations=CITED), ChatChunk(stop=StopReason.STOP, citations=CITED[:1])])
    assert notes(told) == [None, ANNOTATIONS[:1]]
    assert told[-1]["choices"][0]["finish_reason"] == "stop"


def test_an_answer_that_is_given_again_has_its_citations():
    kept = KeptAnswers(LruCache(FakeClock(), max_entries=10, max_bytes=10_000), b"secret")
    answer = KeptAnswer("acme/one", ChatAnswer("So [1].", StopReason.STOP, citations=CITED))
    kept.keep("one", "request", answer, 60)
    assert kept.find("one", "request") == answer
