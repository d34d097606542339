"""What Gemini's protocol alone has: its form, its signatures, its ways to say no."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers import media
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.gemini_request import body
from llm_router.generation.chat import (
    AudioPart,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    JsonFormat,
    Part,
    Role,
    StopReason,
    TextPart,
    ToolCall,
    Usage,
)
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.chat import PIXEL, SCHEMA, ask, conversation, failure, run
from tests.support.provider_answers import Protocol, Said
from tests.support.provider_faults import Raw
from tests.support.provider_server import ProviderServer
from tests.support.speaking import SPEAKERS, asked, whole


def test_gemini_gets_its_own_form(server: ProviderServer):
    sent = asked(Protocol.GEMINI, server, conversation())
    assert sent.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert (sent.headers["x-goog-api-key"], sent.query) == ("key", "")
    said = sent.json
    assert said["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert [turn["role"] for turn in said["contents"]] == ["user", "model", "user"]
    assert said["contents"][0]["parts"][1:] == [
        {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}},
    ]
    assert said["contents"][1]["parts"][1:] == [
        {"functionCall": {"name": "get_weather", "args": {"city": "Paris"}}},
        {"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}},
    ]
    assert said["contents"][2]["parts"] == [
        {"functionResponse": {"name": "get_weather", "response": {"result": "rain"}}},
        {"functionResponse": {"name": "get_weather", "response": {"sky": "blue"}}},
        {"text": "So?"},
    ]
    declared = said["tools"][0]["functionDeclarations"][0]
    assert declared["parametersJsonSchema"] == json.loads(SCHEMA)
    assert said["toolConfig"] == {"functionCallingConfig": {"mode": "AUTO"}}


def test_gemini_s_settings_go_by_their_names(server: ProviderServer):
    request = ask(
        max_tokens=5,
        temperature=1.7,
        top_p=0.5,
        stop=("END",),
        seed=3,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        json_format=JsonFormat(SCHEMA),
    )
    assert asked(Protocol.GEMINI, server, request).json["generationConfig"] == {
        "maxOutputTokens": 5,
        "temperature": 1.7,
        "topP": 0.5,
        "stopSequences": ["END"],
        "seed": 3,
        "responseMimeType": "application/json",
        "responseJsonSchema": json.loads(SCHEMA),
    }


@pytest.mark.parametrize(
    ("model", "takes"), [("gemini-2.0-flash", True), ("gemini-2.5-pro", False), ("gemini-3.7-flash", False)]
)
def test_gemini_gets_penalties_before_2_5_alone(model: str, takes: bool):
    settings = body(model, ask(presence_penalty=0.1, frequency_penalty=0.2))["generationConfig"]
    assert settings == ({"presencePenalty": 0.1, "frequencyPenalty": 0.2} if takes else {})


@pytest.mark.parametrize(
    ("model", "effort", "level"),
    [
        ("gemini-3-pro", "none", "low"),
        ("gemini-3.1-pro-preview", "minimal", "low"),
        ("gemini-3.5-flash", "minimal", "minimal"),
        ("gemini-3.7-flash", "minimal", "low"),
        ("gemini-3.7-flash", "none", "low"),
        ("gemini-4-pro", "none", "low"),
        ("gemini-3.7-flash", "xhigh", "high"),
        ("gemini-3.7-flash", "max", "high"),
        ("gemini-3.7-flash", None, None),
    ],
)
def test_gemini_thinks_at_a_level_that_its_model_knows(model: str, effort: str | None, level: str | None):
    settings = body(model, ask(reasoning_effort=effort))["generationConfig"]
    assert settings == ({"thinkingConfig": {"thinkingLevel": level}} if level else {})


@pytest.mark.parametrize(
    ("model", "effort", "longest", "budget"),
    [
        ("gemini-2.5-flash", None, None, None),
        ("gemini-2.5-flash", "none", None, 0),
        ("gemini-2.5-flash", "minimal", None, 1024),
        ("gemini-2.5-flash", "low", None, 1024),
        ("gemini-2.5-flash", "xhigh", None, 24576),
        ("gemini-2.5-flash", "max", None, 24576),
        ("gemini-2.5-flash", "high", 4000, 2000),
        ("gemini-2.5-flash-lite", "medium", None, 8192),
        ("gemini-2.5-flash-lite", "none", None, 0),
        ("gemini-2.5-flash-lite", "high", 1000, 0),
        ("gemini-2.5-pro", "none", None, 128),
        ("gemini-2.5-pro", "high", 100, 128),
        ("gemini-2.5-flash-image", "high", None, None),
        ("gemini-2.0-flash", "high", None, None),
    ],
)
def test_gemini_2_5_thinks_within_a_budget_that_its_model_knows_and_that_leaves_half_of_the_answer(
    model: str, effort: str | None, longest: int | None, budget: int | None
):
    settings = body(model, ask(reasoning_effort=effort, max_tokens=longest))["generationConfig"]
    thinking = {} if budget is None else {"thinkingConfig": {"thinkingBudget": budget}}
    assert settings == thinking | ({} if longest is None else {"maxOutputTokens": longest})


def test_what_a_tool_gives_beside_text_stands_behind_its_result():
    picture, sound = ImagePart(f"data:image/png;base64,{PIXEL}"), AudioPart("UklG", "wav")
    messages = (
        ChatMessage(Role.USER, (TextPart("Look."),)),
        ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall("c1", "see", "{}"), ToolCall("c2", "hear", "{}"))),
        ChatMessage(Role.TOOL, (TextPart("a cat"), picture), tool_call_id="c1"),
        ChatMessage(Role.TOOL, (sound,), tool_call_id="c2"),
    )
    assert json.loads(compact(body("gemini-2.5-flash", ChatRequest(messages))))["contents"][2] == {
        "role": "user",
        "parts": [
            {"functionResponse": {"name": "see", "response": {"result": "a cat"}}},
            {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
            {"functionResponse": {"name": "hear", "response": {"result": ""}}},
            {"inlineData": {"mimeType": "audio/wav", "data": "UklG"}},
        ],
    }


@pytest.mark.parametrize(
    "url",
    [
        "data:text/plain;base64,YQ==",
        "data:application/pdf;base64,JVBERi0=",
        "https://x.example/three-hours.mp4",
        "https://x.example/a.pdf?as=a.png",
        "https://www.youtube.com/watch?v=x",
        "https://YOUTU.BE./x",
    ],
)
def test_gemini_reads_nothing_as_a_picture_that_is_none(url: str):
    with pytest.raises(ProviderFailed) as refused:
        body("gemini-2.5-flash", said(ImagePart(url)))
    assert refused.value.failure is Failure.BAD_REQUEST


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (ImagePart("https://x.example/a.png"), "image/png"),
        (ImagePart("https://x.example/pictures/7"), "image/jpeg"),
        (FilePart("https://x.example/a.mp4"), "video/mp4"),
        (FilePart("https://www.youtube.com/watch?v=x"), "video/mp4"),
        (FilePart("https://x.example/reports/7"), "application/pdf"),
    ],
)
def test_gemini_is_told_what_kind_an_address_holds(part: ImagePart | FilePart, kind: str):
    address = part.url if isinstance(part, ImagePart) else part.data
    (turn,) = json.loads(compact(body("gemini-2.5-flash", said(part))))["contents"]
    assert turn["parts"] == [{"fileData": {"mimeType": kind, "fileUri": address}}]


@pytest.mark.parametrize("part", [ImagePart(f"data:image/png;base64,{PIXEL}"), FilePart("data:application/pdf,x")])
def test_what_is_sent_along_is_read_once(monkeypatch: pytest.MonkeyPatch, part: ImagePart | FilePart):
    read: list[str] = []
    inline = media.inline

    def noted(address: str) -> media.Media | None:
        read.append(address)
        return inline(address)

    monkeypatch.setattr(media, "inline", noted)
    body("gemini-2.5-flash", said(part))
    assert len(read) == 1


def said(part: Part) -> ChatRequest:
    return ChatRequest((ChatMessage(Role.USER, (part,)),))


def test_gemini_3_gets_the_ids_of_calls_and_of_their_results():
    turns = json.loads(compact(body("gemini-3-pro", conversation())))["contents"]
    assert [part["functionCall"]["id"] for part in turns[1]["parts"][1:]] == ["call_1", "call_2"]
    assert [part["functionResponse"]["id"] for part in turns[2]["parts"][:2]] == ["call_1", "call_2"]


def test_gemini_3_gets_a_word_in_place_of_the_signature_of_a_call(server: ProviderServer):
    speaker = SPEAKERS[Protocol.GEMINI](server.url)
    request = conversation()
    run(speaker, lambda provider: provider.complete("gemini-3-pro", request, 5))
    first, second = server.requests[-1].json["contents"][1]["parts"][1:]
    assert first["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in second


def test_a_prompt_that_gemini_blocks_is_filtered_and_not_garbage(server: ProviderServer):
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}
    server.then(Raw(200, json.dumps(blocked).encode()))
    answer = whole(Protocol.GEMINI, server, ask())
    assert (answer.text, answer.stop, answer.usage) == ("", StopReason.CONTENT_FILTER, Usage(4, 0))


@pytest.mark.parametrize(
    "word",
    ["MALFORMED_FUNCTION_CALL", "OTHER", "MISSING_THOUGHT_SIGNATURE", "TOO_MANY_TOOL_CALLS", "NO_IMAGE", "IMAGE_OTHER"],
)
def test_output_that_gemini_cannot_use_is_garbage(word, server: ProviderServer):
    server.always(Said(stop=word))
    attempt = lambda provider: failure(provider.complete("m", ask(), 5))  # noqa: E731
    assert run(SPEAKERS[Protocol.GEMINI](server.url), attempt).failure is Failure.GARBAGE


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        (400, {"reason": "API_KEY_INVALID"}, (Failure.REFUSED, None)),
        (429, {"retryDelay": "34.5s"}, (Failure.RATE_LIMITED, 34.5)),
        (429, {"retryDelay": "999999999s"}, (Failure.RATE_LIMITED, 86_400.0)),
        *((429, {"retryDelay": wait}, (Failure.RATE_LIMITED, None)) for wait in ("soons", "nans", "infs", "-3s", "s")),
    ],
)
def test_gemini_s_errors_are_read_in_full(status, detail, expected, server: ProviderServer):
    server.then(Raw(status, json.dumps({"error": {"code": status, "details": [detail]}}).encode()))
    attempt = lambda provider: failure(provider.complete("m", ask(), 5))  # noqa: E731
    failed = run(SPEAKERS[Protocol.GEMINI](server.url), attempt)
    assert (failed.failure, failed.retry_after_s) == expected
