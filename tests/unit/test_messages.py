"""What clients send back of earlier turns, and what their SDKs add: taken, and said to each provider as it takes it."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter

from llm_router.adapters.providers.conversation import new_call_id, turns
from llm_router.catalogue.entry import Capability
from llm_router.conversation import AUDIO_TOKENS, FILE_TOKENS, IMAGE_TOKENS, MESSAGE_TOKENS, ORIGINAL_TOKENS
from llm_router.generation.beside_text import beside_tokens
from llm_router.generation.chat import ChatMessage, ChatRequest, FilePart, ImagePart, Role, TextPart
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.messages import Message, conversation


def sent(**fields: object) -> ChatMessage:
    return TypeAdapter(Message).validate_python(fields).chat()


def said(*messages: tuple[Role, str]) -> list[tuple[Role, list[str]]]:
    request = ChatRequest(tuple(ChatMessage(role, (TextPart(text),) if text else ()) for role, text in messages))
    return [
        (role, [part.text for each in together for part in each.parts if isinstance(part, TextPart)])
        for role, together in turns(request)
    ]


def test_a_refusal_of_an_earlier_turn_is_what_the_assistant_said():
    assert sent(role="assistant", content=None, refusal="I cannot.").parts == (TextPart("I cannot."),)
    assert sent(role="assistant", content="Yes.", refusal="I cannot.").parts == (TextPart("Yes."),)
    assert sent(role="assistant", content=None).parts == ()


def test_calls_of_before_tools_are_calls_of_tools_each_answered_by_the_result_behind_it():
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    result = {"role": "function", "name": "f", "content": "7"}
    body = {"model": "auto", "messages": [{"role": "user", "content": "go"}, call, result, call, result]}
    found = ChatCompletionRequest.model_validate(body).chat(9).messages
    assert [[each.id for each in message.tool_calls] for message in found] == [[], ["call_1"], [], ["call_2"], []]
    assert [message.tool_call_id for message in found] == [None, None, "call_1", None, "call_2"]


def test_a_history_that_begins_with_such_a_call_keeps_it_and_its_result_together():
    call = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    result = {"role": "function", "name": "f", "content": "7"}
    body = {"model": "auto", "messages": [call, result, {"role": "user", "content": "go"}]}
    made, answered, _ = ChatCompletionRequest.model_validate(body).chat(9).messages
    assert made.tool_calls[0].id == answered.tool_call_id == "call_1"


def test_names_of_users_count_as_input():
    fields = {"model": "auto", "messages": [{"role": "user", "content": "go", "name": "x" * 200}]}
    assert beside_tokens(ChatCompletionRequest.model_validate(fields).chat(9)) > 0


@pytest.mark.parametrize("old", [False, True])
def test_calls_of_earlier_turns_count_with_their_names_and_what_wraps_them(old: bool):
    def counted(name: str) -> int:
        function = {"name": name, "arguments": "{}"}
        called = {"function_call": function} if old else {"tool_calls": [{"id": "c", "function": function}]}
        call = {"role": "assistant", "content": None, **called}
        body = {"model": "auto", "messages": [{"role": "user", "content": "go"}, *[call] * 60]}
        request = ChatCompletionRequest.model_validate(body)
        assert conversation(request.messages).tooled
        return beside_tokens(request.chat(9))

    name = "mcp__company_knowledge_base__search_documents_by_semantic_similarity"
    assert counted("f") >= 60 * MESSAGE_TOKENS
    assert counted(name) - counted("f") >= 60 * 12, "o200k makes 13 of it"
    assert not conversation([message({"type": "text", "text": "go"})]).tooled


def test_sound_that_is_packed_closely_is_paid_for_by_the_time_it_takes():
    """A minute of 16 kilobits a second, of which Gemini bills 32 tokens a second."""
    sound = {"type": "input_audio", "input_audio": {"data": "A" * (60 * 2000 * 4 // 3), "format": "mp3"}}
    said = conversation([message(sound)])
    assert said.media_tokens == AUDIO_TOKENS
    assert said.media_tokens + said.media.packed.unseen >= 60 * 32
    assert said.media.assumed == "files and sound billed as long ones"


PNG = "iVBORw0KGgo="


@pytest.mark.parametrize(
    "file", [{"file_data": f"data:image/png;base64,{PNG}"}, {"file_data": PNG, "filename": "a.png"}]
)
def test_a_picture_that_is_sent_as_a_file_is_one(file: dict[str, str]):
    as_file = message({"type": "file", "file": file})
    assert as_file.chat().parts == (ImagePart(f"data:image/png;base64,{PNG}"),)
    said = conversation([as_file])
    assert said.media_tokens == IMAGE_TOKENS
    assert said.media.pictures == (("", 1),)
    assert said.requires == {Capability.VISION}


def test_thoughts_that_are_sent_back_count_as_input():
    fields = {"model": "auto", "messages": [{"role": "user", "content": "go"}]}
    thought = {"role": "assistant", "content": "Yes.", "reasoning_content": "x" * 4000}
    plain, thoughtful = (
        beside_tokens(ChatCompletionRequest.model_validate({**fields, "messages": messages}).chat(9))
        for messages in (fields["messages"], [thought, *fields["messages"]])
    )
    assert thoughtful - plain == pytest.approx(970, rel=0.05)


def test_what_the_assistant_thought_goes_back_with_its_message():
    assert sent(role="assistant", content="Yes.", reasoning_content="hm").reasoning == "hm"
    assert sent(role="assistant", content="Yes.", reasoning="hm", reasoning_details=[{"type": "x"}]).reasoning == "hm"


@pytest.mark.parametrize(
    ("kind", "tokens"), [("text/plain", 750_000), ("application/json", 750_000), ("application/pdf", 375_000)]
)
def test_a_file_and_sound_count_by_their_size(kind: str, tokens: int):
    data = "A" * 4_000_000
    file = {"type": "file", "file": {"file_data": f"data:{kind};base64,{data[:-100]}"}}
    assert conversation([message(file)]).media_tokens == pytest.approx(tokens, rel=0.04)
    small = {"type": "file", "file": {"file_id": "file-1"}}
    assert conversation([message(small)]).media_tokens == FILE_TOKENS
    sound = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
    assert conversation([message(sound)]).media_tokens == 12_000


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        (None, "application/pdf"),
        ("draft", "application/pdf"),
        ("Report.PDF", "application/pdf"),
        ("notes.txt", "text/plain"),
        ("table.csv.gz", "application/pdf"),
        ("out/figures.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_in_base64_alone_is_of_the_kind_that_its_name_tells(filename: str | None, kind: str):
    file = {"file_data": "JVBERi0xLjQ=", **({"filename": filename} if filename else {})}
    assert sent(role="user", content=[{"type": "file", "file": file}]).parts == (
        FilePart(f"data:{kind};base64,JVBERi0xLjQ=", filename=filename),
    )


@pytest.mark.parametrize("address", ["data:text/csv;base64,YQ==", "https://x.example/a.pdf", "HTTP://x.example/a"])
def test_a_file_s_address_stays_as_it_is(address: str):
    file = {"file_data": address, "filename": "a.txt"}
    assert sent(role="user", content=[{"type": "file", "file": file}]).parts == (FilePart(address, filename="a.txt"),)


def test_a_text_file_in_base64_alone_counts_as_text():
    data = {"file_data": "A" * 4_000_000}
    (text, other) = ({"type": "file", "file": {**data, "filename": name}} for name in ("a.txt", "a.pdf"))
    assert conversation([message(text)]).media_tokens == pytest.approx(750_000, rel=0.04)
    assert conversation([message(other)]).media_tokens == pytest.approx(375_000, rel=0.001)


@pytest.mark.parametrize("data", ["data: Text/Plain;base64,", "data:;base64,", "data:text/plain;base64,"])
def test_text_counts_as_text_however_its_kind_is_written(data: str):
    file = {"type": "file", "file": {"file_data": data + "A" * 400_000}}
    assert conversation([message(file)]).media_tokens == pytest.approx(75_000, rel=0.04)


@pytest.mark.parametrize(
    ("file", "is_sized"),
    [
        ({"file_data": "https://x.example/a.pdf"}, False),
        ({"file_data": "http://x.example/a.pdf", "file_id": "file-1"}, False),
        ({"file_data": "data:application/pdf;base64,JVBERi0="}, True),
        ({"file_data": "JVBERi0=", "filename": "a.pdf"}, True),
        ({"file_id": "file-1"}, False),
        ({"file_id": "file-1", "file_data": "data:application/pdf;base64,JVBERi0="}, True),
        ({}, True),
    ],
)
def test_how_much_a_file_is_that_a_provider_fetches_or_holds_is_not_known(file: dict[str, str], is_sized: bool):
    assert conversation([message({"type": "file", "file": file})]).is_sized is is_sized


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ({"file_data": "JVBERi0="}, (FilePart("data:application/pdf;base64,JVBERi0="),)),
        ({"file_data": ""}, (FilePart("", "file-1"),)),
        ({}, (FilePart(None, "file-1"),)),
    ],
)
def test_the_id_of_a_file_goes_on_only_where_no_other_file_is_here_to_be_counted(data, parts: tuple[FilePart]):
    file = {"type": "file", "file": {"file_id": "file-1", **data}}
    assert message(file).chat().parts == parts
    assert conversation([message(file)]).is_sized is (parts[0].file_id is None)


@pytest.mark.parametrize("detail", [None, "auto", "low", "high", "original"])
def test_a_picture_counts_as_one_of_ordinary_size_but_in_its_original_one(detail: str | None):
    picture = {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": detail}}
    expected = ORIGINAL_TOKENS if detail == "original" else IMAGE_TOKENS
    assert conversation([message(picture)] * 2).media_tokens == 2 * expected


def message(part: object) -> Message:
    return TypeAdapter(Message).validate_python({"role": "user", "content": [part]})


def test_marks_for_a_cache_of_prompts_and_the_finest_view_of_a_picture_are_taken():
    mark = {"prompt_cache_breakpoint": {"mode": "explicit"}, "cache_control": {"type": "ephemeral"}}
    url = {"url": "https://x.example/a.png", "detail": "original"}
    parts = [{"type": "text", "text": "a", **mark}, {"type": "image_url", "image_url": url, **mark}]
    marked = sent(role="user", content=parts, cache_control={"type": "ephemeral"})
    assert marked.parts == (
        TextPart("a"),
        ImagePart("https://x.example/a.png", "original"),
    )


def test_the_newest_settings_of_openais_sdk_are_taken():
    fields = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}
    asked = ChatCompletionRequest.model_validate(
        {**fields, "reasoning_effort": "max", "prompt_cache_options": {"mode": "implicit"}}
    )
    assert asked.chat(9).reasoning_effort == "max"


def test_a_turn_that_says_nothing_is_left_out_and_those_around_it_become_one():
    found = said((Role.SYSTEM, "s"), (Role.USER, "a"), (Role.ASSISTANT, ""), (Role.USER, "b"))
    assert found == [(Role.USER, ["a", "b"])]


def test_where_only_the_system_speaks_the_user_says_it():
    assert said((Role.SYSTEM, "Write a haiku")) == [(Role.USER, ["Write a haiku"])]


def test_a_made_up_id_is_like_no_other():
    ids = {new_call_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"call_[0-9a-f]{24}", each) for each in ids)
