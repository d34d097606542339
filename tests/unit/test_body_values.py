"""Numbers, names and pictures of a body: what stands for the same value in JSON, and what holds nothing."""

from __future__ import annotations

import json

import pytest

from llm_router.data_addresses import LONGEST_HEAD
from llm_router.generation.chat import ImagePart
from llm_router.schemas.catalogue import RollbackRequest
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.keys import KeyRequest
from llm_router.schemas.route import ConstraintsBody, RouteRequest
from llm_router.schemas.update import UpdateRequest
from llm_router.web.body import parse
from tests.unit.test_request_bodies import CHAT, HELLO, Fields, problems

CALL = {"id": "c", "index": 1.0, "function": {"name": "f", "arguments": "{}"}}
WHOLE: list[tuple[type, Fields]] = [
    (RouteRequest, {"prompt": "x", "constraints": {"max_tokens": 500.0, "min_context_tokens": 8e3}}),
    (ChatCompletionRequest, {**CHAT, "max_tokens": 10.0, "max_completion_tokens": 10.0, "seed": -7.0}),
    (ChatCompletionRequest, {**CHAT, "n": 1.0, "top_logprobs": 0.0}),
    (ChatCompletionRequest, {**CHAT, "messages": [*HELLO, {"role": "assistant", "tool_calls": [CALL]}]}),
    (KeyRequest, {"name": "a", "requests_per_minute": 60.0}),
    (RollbackRequest, {"version": 3.0, "expected_version": 4.0}),
    (UpdateRequest, {"models": [], "expected_version": 4.0}),
]


@pytest.mark.parametrize(("kind", "body"), WHOLE)
def test_an_integer_may_be_written_with_a_point(kind: type, body: Fields):
    written = json.dumps(body)
    plain = written.replace(".0", "")
    assert plain != written
    assert repr(parse(kind, written.encode())) == repr(parse(kind, plain.encode()))


@pytest.mark.parametrize("value", [1.5, True, False, "5", [5]])
def test_what_is_no_integer_is_refused_as_before(value: object):
    told = "Input should be a valid integer"
    assert problems(RouteRequest, {"prompt": "x", "constraints": {"max_tokens": value}}) == [
        ("constraints.max_tokens", told)
    ]
    for name in ("seed", "n", "top_logprobs"):
        assert [path for path, _ in problems(ChatCompletionRequest, {**CHAT, name: value})] == [name]


@pytest.mark.parametrize("number", ["1e9", "0.0", "-1.0", "1e400"])
def test_bounds_count_for_an_integer_that_is_written_with_a_point(number: str):
    body = '{"prompt": "x", "constraints": {"max_tokens": ?}}'.replace("?", number)
    assert [path for path, _ in problems(RouteRequest, body.encode())] == ["constraints.max_tokens"]


@pytest.mark.parametrize("name", ["providers", "exclude_models", "licenses", "regions"])
def test_blanks_around_a_name_count_in_no_list(name: str):
    body: Fields = {"prompt": "x", "constraints": {name: ["  a b\t", "\u3000c\n"]}}
    assert getattr(parse(RouteRequest, json.dumps(body).encode()).constraints, name) == ("a b", "c")
    nothing = [(f"constraints.{name}[0]", "String should have at least 1 character")]
    assert problems(RouteRequest, {"prompt": "x", "constraints": {name: [" \t"]}}) == nothing
    assert ConstraintsBody.model_validate({name: ("x" * 200 + " ",)})


def test_blanks_around_a_name_count_for_no_key():
    body = {"name": "a", "allowed_models": [" acme/m "], "allowed_providers": [" acme "]}
    key = parse(KeyRequest, json.dumps(body).encode()).draft(0.0)
    assert (key.models, key.providers) == (("acme/m",), ("acme",))


def seen(url: str) -> Fields:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}


BOTH: list[tuple[type[RouteRequest] | type[ChatCompletionRequest], Fields]] = [
    (RouteRequest, {}),
    (ChatCompletionRequest, {"model": "auto"}),
]
NO_FILES = [
    *("file:///etc/passwd", "FILE:/etc/passwd", "s3://bucket/key", "gs://bucket/a.pdf", "ftp://x.example/a.pdf"),
    *(" file:///etc/passwd", "//169.254.169.254/a", "../etc/passwd", "http:///a.pdf", "javascript:1", "JVBERi0=é"),
]


@pytest.mark.parametrize("data", NO_FILES)
def test_a_file_is_sent_itself_or_stands_in_the_web(data: str):
    file = {"type": "file", "file": {"file_data": data}}
    told = "must be a file in base64, as it is or in a data address, or an http or https address"
    for kind, body in BOTH:
        asked = {**body, "messages": [{"role": "user", "content": [file]}]}
        assert problems(kind, asked) == [("messages[0].content[0].file.file_data", told)]


NO_PICTURES = [
    *("data:text/plain;base64,YQ==", "data:application/pdf;base64,JVBERi0=", "DATA: Text/Plain,a", "data:;base64,YQ=="),
    *("", " ", "cat.png", "/cat.png", "javascript:1", "file:///etc/passwd", "ftp://x.example/a.png"),
    *("http://", "https:///a.png", "https://@/a.png", "https://:80/a.png", "https:x.example", "https:// x.example"),
    *("data:image/png", "data:image/png,", "data:image/png;base64,", "data:image/png;base64"),
    *("data:image/png;base64,@@@", "data:image/png; BASE64,QUJDR", "data:image/png;base64,QUJDé"),
    *("data:image/png;name=base64,", "data:image/png;x;Base64 ,Q", "data:image/png;base64, %0A", "data:image/png;"),
    *(f"data:image/png;base64,{data}" for data in ("%", "QUJD%2", "QUJD%25", "QU=D", "QQ===", "====", "QUJD\u00a0")),
    f"data:image/png;{'a' * LONGEST_HEAD};base64,QUJD",
]


@pytest.mark.parametrize("url", NO_PICTURES)
def test_what_is_no_picture_does_not_pass_for_one(url: str):
    told = (
        "must be a picture: an http or https address, or a data address of the kind image/* that can be read; other "
        "files go as file"
    )
    for kind, body in BOTH:
        assert problems(kind, {**body, **seen(url)}) == [("messages[0].content[0].image_url.url", told)]


@pytest.mark.parametrize(
    "url",
    [
        *("http://x.example/a.png", "HTTPS://X.example", "https://u:p@x.example:8443/a?b#c", "http://[::1]/a.png"),
        *("https://bücher.example/ein bild.png", "data:image/png;base64,iVBORw0KGgo=", "DATA:Image/GIF; Base64,R0lG"),
        *("data:image/svg+xml,%3Csvg%3E", "data:image/svg+xml;charset=utf-8;base64,PHN2Zz4="),
        "data:image/svg+xml;title=no-base64,<svg/>",
    ],
)
def test_a_picture_is_passed_on_as_it_came(url: str):
    for kind, body in BOTH:
        raw = json.dumps({**body, **seen(url)}).encode()
        asked = parse(RouteRequest, raw) if kind is RouteRequest else parse(ChatCompletionRequest, raw)
        assert asked.chat(9).messages[0].parts == (ImagePart(url),)


@pytest.mark.parametrize(
    "written", ["+/8=\n", " +/8=", "+/\r\n8\t=\f", "+/8", "%2B%2F8%3D", "%2b%2f8%3d", "%2B/8%0D%0A", "+%2F8%20"]
)
def test_a_picture_s_base64_is_passed_on_as_every_decoder_takes_it(written: str):
    for kind, body in BOTH:
        raw = json.dumps({**body, **seen(f"data:image/png;base64,{written}")}).encode()
        asked = parse(RouteRequest, raw) if kind is RouteRequest else parse(ChatCompletionRequest, raw)
        assert asked.chat(9).messages[0].parts == (ImagePart("data:image/png;base64,+/8="),)
