"""Streamed calls of tools: told apart, numbered and named once, however badly their speaker does it."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers.streamed_calls import StreamedCalls
from llm_router.generation.chat import StopReason, ToolCall
from tests.support.chat import ask, run, streamed
from tests.support.provider_faults import Raw
from tests.support.provider_server import ProviderServer
from tests.support.speaking_openai import protocol, stream, whole
from tests.support.steps import lines_run

PARIS, ROME = '{"city": "Paris"}', '{"city": "Rome"}'


def piece(arguments: str = "", name: str | None = None, **fields: object) -> dict[str, object]:
    """A piece as a provider sends it; what is not given is not there."""
    return {**fields, "function": {**({"name": name} if name else {}), "arguments": arguments}}


def events(*told: list[dict[str, object]]) -> Raw:
    lines = [json.dumps({"choices": [{"delta": {"tool_calls": pieces}}]}) for pieces in told]
    return Raw(
        200, "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode(), {"content-type": "text/event-stream"}
    )


TWO = {
    "as OpenAI does": [
        [piece(name="f", index=0, id="a")], [piece(PARIS[:5], index=0)], [piece(PARIS[5:], index=0)],
        [piece(name="f", index=1, id="b")], [piece(ROME, index=1)],
    ],
    "in turns": [
        [piece(name="f", index=0, id="a"), piece(name="f", index=1, id="b")],
        [piece(ROME[:5], index=1), piece(PARIS[:5], index=0)], [piece(PARIS[5:], index=0)], [piece(ROME[5:], index=1)],
    ],
    "without an index": [
        [piece(PARIS[:5], "f", id="a")], [piece(PARIS[5:])], [piece(ROME[:5], "f", id="b")], [piece(ROME[5:])],
    ],
    "without an index, at once": [[piece(PARIS, "f", id="a"), piece(ROME, "f", id="b")]],
    "without an index, the id in every piece": [
        [piece(PARIS[:5], "f", id="a"), piece(ROME[:5], "f", id="b")], [piece(PARIS[5:], id="a")],
        [piece(ROME[5:], id="b")],
    ],
    "with an index at last": [
        [piece(PARIS[:5], "f", id="a")], [piece(PARIS[5:], index=0)], [piece(ROME, "f", index=1, id="b")],
    ],
    "all of one index": [
        [piece(PARIS[:5], "f", index=0, id="a")], [piece(PARIS[5:], index=0)],
        [piece(ROME[:5], "f", index=0, id="b")], [piece(ROME[5:], index=0)],
    ],
    "id and name in every piece": [
        [piece(PARIS[:5], "f", index=0, id="a")], [piece(PARIS[5:], "f", index=0, id="a")],
        [piece(ROME[:5], "f", index=1, id="b")], [piece(ROME[5:], "f", index=1, id="b")],
    ],
    "another id in every piece": [
        [piece(PARIS[:5], "f", index=3, id="a")], [piece(PARIS[5:], index=3, id="x")],
        [piece(ROME[:5], "f", index=4, id="b")], [piece(ROME[5:], index=4, id="y")],
    ],
    "another id in every piece, and the name": [
        [piece(name="f", index=0, id="a")], [piece(PARIS[:5], "f", index=0, id="x")],
        [piece(PARIS[5:], "f", index=0, id="y")], [piece(ROME, "f", index=0, id="b")],
    ],
    "named once more at the end": [
        [piece(PARIS, "f", index=0, id="a")], [piece(name="f", index=0)],
        [piece(ROME, "f", index=1, id="b")], [piece(name="f", index=1)],
    ],
}  # fmt: skip


@pytest.mark.parametrize("told", TWO.values(), ids=TWO)
def test_two_calls_come_as_two_each_numbered_and_named_once(told, server: ProviderServer):
    server.then(events(*told))
    chunks = run(protocol(server), lambda provider: streamed(provider, "gpt-x", ask()))
    deltas = [delta for chunk in chunks for delta in chunk.tool_calls]
    assert [(delta.id, delta.name) for delta in deltas if delta.id or delta.name] == [("a", "f"), ("b", "f")]
    given = ["".join(delta.arguments for delta in deltas if delta.index == number) for number in (0, 1)]
    assert given == [PARIS, ROME]
    assert {delta.index for delta in deltas} == {0, 1}


NAMELESS = {
    "in pieces": [
        [piece(name="f", index=0)], [piece(PARIS, index=0)], [piece(name="f", index=1)], [piece(ROME, index=1)],
    ],
    "all of one index": [[piece(PARIS, "f", index=0, id="")], [piece(ROME, "f", index=0, id="")]],
    "without an index": [[piece(PARIS, "f")], [piece(ROME[:5], "f")], [piece(ROME[5:])]],
    "the name in every piece": [[piece(PARIS[:5], "f")], [piece(PARIS[5:], "f")], [piece(ROME, "f")]],
    "the name first, without an index": [[piece(name="f")], [piece(PARIS)], [piece(name="f")], [piece(ROME)]],
    "named once more at the end": [
        [piece(PARIS, "f", index=0)], [piece(name="f", index=0)], [piece(ROME, "f", index=1)],
        [piece(name="f", index=1)],
    ],
}  # fmt: skip


def test_a_stream_that_says_why_it_stopped_is_whole_without_its_mark(server: ProviderServer):
    said = {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "length"}]}
    server.then(Raw(200, f"data: {json.dumps(said)}\n\n".encode(), {"content-type": "text/event-stream"}))
    answer = stream(server)
    assert (answer.text, answer.stop) == ("Hi", StopReason.LENGTH)


@pytest.mark.parametrize("told", NAMELESS.values(), ids=NAMELESS)
def test_calls_without_ids_get_ids_of_their_own(told, server: ProviderServer):
    server.then(events(*told))
    first, second = stream(server).tool_calls
    assert (first, second) == (ToolCall(first.id, "f", PARIS), ToolCall(second.id, "f", ROME))
    assert first.id != second.id
    assert all(call.id.startswith("call_") for call in (first, second))


@pytest.mark.parametrize(
    "arguments",
    ['{"a": {"b": "}"}}', '{"a": "\\"}{\\\\"}', '{"a": "' + "}" * 20_000 + '"}'],
    ids=["an object inside", "escapes", "long"],
)
def test_a_call_is_whole_where_its_object_is_however_it_is_cut(arguments: str):
    calls = StreamedCalls()
    places: set[int] = set()

    def read() -> None:
        places.update(calls.piece(None, None, "f", each).index for each in arguments)

    assert lines_run(read) < 50 * len(arguments)
    assert places == {0}
    assert calls.piece(None, None, "f", arguments).index == 1


def test_another_name_begins_another_call(server: ProviderServer):
    server.then(events([piece(name="f")], [piece("{}", "g")]))
    assert [(call.name, call.arguments) for call in stream(server).tool_calls] == [("f", "{}"), ("g", "{}")]


@pytest.mark.parametrize(("reason", "given"), [("tool_calls", "{}"), ("stop", "{}"), ("length", "")])
def test_a_call_that_is_given_nothing_is_given_an_object_unless_it_was_cut(
    reason: str, given: str, server: ProviderServer
):
    call = piece(name="f", id="a")
    lines = [{"choices": [{"delta": {"tool_calls": [{**call, "index": 0}]}}]}, {"choices": [{"finish_reason": reason}]}]
    body = "".join(f"data: {line}\n\n" for line in [*map(json.dumps, lines), "[DONE]"])
    answer = {"choices": [{"message": {"tool_calls": [call]}, "finish_reason": reason}]}
    server.then(Raw(200, body.encode(), {"content-type": "text/event-stream"}), Raw(200, json.dumps(answer).encode()))
    for found in (stream(server), whole(server)):
        assert found.tool_calls == (ToolCall("a", "f", given),)
