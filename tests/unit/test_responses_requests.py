"""What of OpenAI's responses request is taken, and the chat completion that it comes to."""

from __future__ import annotations

import json

import pytest

from llm_router.data_addresses import plain_base64
from llm_router.schemas import parts
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.messages import MAX_MESSAGES
from llm_router.schemas.responses_request import ResponsesRequest
from llm_router.web.body import parse
from tests.unit.test_request_bodies import Fields, optional, paths, problems, takes_null

ASKED: Fields = {"model": "auto", "input": "Hello"}
USER = {"role": "user", "content": "Hello"}
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def call(name: str) -> Fields:
    return {"type": "function_call", "call_id": name, "name": "f", "arguments": "{}"}


def result(name: str) -> Fields:
    return {"type": "function_call_output", "call_id": name, "output": "done"}


def said(text: str) -> Fields:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def thought(text: str) -> Fields:
    return {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": text}]}


def completion(**fields: object) -> ChatCompletionRequest:
    return parse(ResponsesRequest, json.dumps({**ASKED, **fields}).encode()).completion()


def turns(*items: Fields) -> list[tuple[str, object, int, str | None]]:
    """Who speaks in each message, what, with how many calls and behind which thoughts."""
    found = completion(input=[USER, *items]).messages[1:]
    return [(each.role, each.content, len(each.tool_calls or ()), each.reasoning_content) for each in found]


def test_what_the_assistant_does_at_a_stretch_is_one_message():
    assert turns(thought("Hm."), said("I ask."), call("a"), call("b"), result("a"), result("b")) == [
        ("assistant", "I ask.", 2, "Hm."),
        ("tool", "done", 0, None),
        ("tool", "done", 0, None),
    ]


def test_a_new_answer_is_a_new_message_unless_results_are_still_to_come():
    assert turns(said("One."), thought("Hm."), said("Two.")) == [
        ("assistant", "One.", 0, None),
        ("assistant", "Two.", 0, "Hm."),
    ]
    ((role, parts, calls, _), *_) = turns(said("One."), call("a"), said("Two."), result("a"))
    assert (role, calls) == ("assistant", 1)
    assert isinstance(parts, list)
    assert [part.text for part in parts] == ["One.", "Two."]


def test_thoughts_alone_and_what_is_encrypted_of_them_are_left_out():
    assert turns({**thought("Hm."), "encrypted_content": "x"}) == []
    assert turns({"type": "reasoning", "summary": [], "encrypted_content": "x"}, said("So."))[0][3] is None


@pytest.mark.parametrize(
    ("part", "kind", "holds"),
    [
        ({"type": "input_image", "image_url": "https://x.example/a.png"}, "image_url", "https://x.example/a.png"),
        ({"type": "input_image", "image_url": PIXEL, "detail": "original"}, "image_url", PIXEL),
        ({"type": "input_image", "file_id": "file-1"}, "file", "file-1"),
        ({"type": "input_file", "file_id": "file-1"}, "file", "file-1"),
        ({"type": "input_file", "file_url": "https://x.example/a.pdf"}, "file", "https://x.example/a.pdf"),
        ({"type": "input_file", "file_data": "QUJD", "filename": "a.txt"}, "file", "QUJD"),
        ({"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}}, "input_audio", "QUJD"),
        ({"type": "refusal", "refusal": "No."}, "refusal", "No."),
    ],
)
def test_every_part_becomes_one_of_a_chat(part: Fields, kind: str, holds: str):
    (message,) = completion(input=[{"role": "user", "content": [part]}]).messages
    assert isinstance(message.content, list)
    (found,) = message.content
    assert found.type == kind
    assert holds in found.model_dump_json()


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([{"role": "user", "content": [{"type": "input_image"}]}], "input[0].content[0]"),
        ([{"role": "user", "content": [{"type": "input_file", "filename": "a"}]}], "input[0].content[0]"),
        ([{"role": "user", "content": [{"type": "input_image", "image_url": "file:///etc"}]}],
         "input[0].content[0].image_url"),
        ([{"role": "user", "content": [{"type": "input_file", "file_url": "QUJD"}]}], "input[0].content[0].file_url"),
        ([{"role": "user", "content": [{"type": "input_file", "file_url": "https://"}]}],
         "input[0].content[0].file_url"),
        ([{"role": "user", "content": [{"type": "input_file", "file_data": "not base64 !!"}]}],
         "input[0].content[0].file_data"),
        ([{"role": "user", "content": [{"type": "input_file", "file_data": "s3://canary/a"}]}],
         "input[0].content[0].file_data"),
        ([{"role": "user", "content": [{"type": "input_file", "file_data": "file:///canary"}]}],
         "input[0].content[0].file_data"),
        ([{"type": "function_call_output", "call_id": "c", "output": [{"type": "input_file", "file_data": "s3://a"}]}],
         "input[0].output[0].file_data"),
        ([{"role": "user", "content": [{"type": "canary"}]}], "input[0].content[0]"),
        ([{"type": "canary"}], "input[0]"),
        ([{"id": "msg_1"}], "input[0]"),
        ([{"role": "tool", "content": "x"}], "input[0].role"),
        ([{"type": "function_call", "name": "f", "arguments": "{}"}], "input[0].call_id"),
        ([USER, *(call(str(number)) for number in range(129))], "input"),
        ([USER] * (MAX_MESSAGES + 1), "input"),
        ([], "input"),
        (" ", "input"),
        ([thought("Hm.")], "input"),
    ],
)  # fmt: skip
def test_an_input_that_is_none_is_told_its_place(items: object, path: str):
    assert paths(ResponsesRequest, {**ASKED, "input": items}) == [path]
    assert "canary" not in str(problems(ResponsesRequest, {**ASKED, "input": items}))


@pytest.mark.parametrize(
    ("items", "what"),
    [
        ([call(str(number)) for number in range(129)], "calls"),
        ([call("a"), *([said("Hm.")] * 1001)], "parts"),
        ([thought("x" * 600_000), thought("x" * 600_000), said("So.")], "thoughts"),
    ],
    ids=["calls", "parts", "thoughts"],
)
def test_of_what_the_assistant_does_too_much_at_a_stretch_is_told(items: list[Fields], what: str):
    told = [("input", f"holds more {what} at a stretch than a message may")]
    assert problems(ResponsesRequest, {**ASKED, "input": [USER, *items]}) == told


def test_messages_are_made_once_for_the_check_and_to_be_asked(monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []

    def reading(data: str) -> str | None:
        read.append(data)
        return plain_base64(data)

    monkeypatch.setattr(parts, "plain_base64", reading)
    file = {"type": "input_file", "file_data": "QUJD", "filename": "a.txt"}
    body = parse(ResponsesRequest, json.dumps({**ASKED, "input": [{"role": "user", "content": [file]}]}).encode())
    assert read == ["QUJD"]
    (first,), (again,) = body.completion().messages, body.completion().messages
    assert first is again
    assert read == ["QUJD"]


FUNCTION: Fields = {"type": "function", "name": "f"}


@pytest.mark.parametrize("awaited", [False, None])
def test_a_function_and_its_call_may_say_that_they_are_not_asynchronous(awaited: bool | None):
    asked = {"input": [USER, {**call("a"), "async": awaited}, result("a")]}
    plain = completion(input=[USER, call("a"), result("a")], tools=[FUNCTION])
    assert completion(**asked, tools=[{**FUNCTION, "async": awaited}]) == plain


def test_a_call_may_come_as_openais_library_dumps_it():
    dumped = {"input": [USER, {**call("a"), "async_": None, "parsed_arguments": None}, result("a")]}
    assert completion(**dumped) == completion(input=[USER, call("a"), result("a")])


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"tools": [{**FUNCTION, "async": True}]}, "tools[0].async"),
        ({"input": [USER, {**call("a"), "async": True}, result("a")]}, "input[1].async"),
    ],
)
def test_nothing_is_called_asynchronously(fields: Fields, path: str):
    assert problems(ResponsesRequest, {**ASKED, **fields}) == [(path, "Input should be false")]


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        ("required", 'must not be "required" where there are no tools'),
        ({"type": "function", "name": "g"}, "name is none of the tools"),
        ({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]},
         "tools[0] is none of the tools"),
        ({"type": "mcp", "server_label": "x"}, "must be of the type function: OpenAI's own tools are not here"),
    ],
)  # fmt: skip
def test_a_choice_of_a_tool_that_is_not_there_is_refused(choice: object, problem: str):
    tools = [] if choice == "required" else [FUNCTION]
    told = [("tool_choice", problem)]
    assert problems(ResponsesRequest, {**ASKED, "tools": tools, "tool_choice": choice}) == told


@pytest.mark.parametrize(
    "form", [{"type": "json_schema", "name": "x"}, {"type": "json_schema"}, {"type": "text", "name": "x"}]
)
def test_a_shape_goes_with_its_own_type(form: Fields):
    assert paths(ResponsesRequest, {**ASKED, "text": {"format": form}}) == ["text.format"]


@pytest.mark.parametrize("name", ["background", "previous_response_id", "conversation", "prompt"])
def test_what_is_refused_may_be_null(name: str):
    nothing = {name: None} if name != "background" else {name: False}
    assert completion(**nothing) == completion()


@pytest.mark.parametrize(("store", "passed"), [(True, None), (False, False), (None, None)])
def test_a_response_is_stored_nowhere(store: object, passed: bool | None):
    assert completion(store=store).own().store is passed


def test_instructions_come_first_and_blank_ones_not_at_all():
    assert [each.role for each in completion(instructions="Be brief.").messages] == ["system", "user"]
    assert completion(instructions="") == completion()


def test_every_field_that_may_be_left_out_may_be_null():
    schema = ResponsesRequest.model_json_schema()
    for described in (schema, *schema["$defs"].values()):
        for name, field in optional(described):
            assert takes_null(field), f"{described['title']}.{name}"
