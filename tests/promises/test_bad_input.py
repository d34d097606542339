"""Never a 5xx, never an exception out of a handler, never an echo of the input."""

from __future__ import annotations

import base64
import json

import pytest

from tests.support.service import Service

CANARY = "canaryzebra"
JSON_ROUTES = ["/route", "/classify", "/classify/batch"]


def clean(reply) -> None:
    """An error in our envelope, of the 4xx kind, that quotes nothing."""
    assert 400 <= reply.status < 500
    assert reply.error
    assert CANARY.encode() not in reply.body


UNREADABLE = {
    "truncated": b'{"prompt": "canaryzebra',
    "not JSON": b"canaryzebra",
    "null": b"null",
    "a list": b"[]",
    "a string": b'"canaryzebra"',
    "empty": b"",
    "NaN": b'{"prompt": "canaryzebra", "preference": NaN}',
    "Infinity": b'{"prompt": "canaryzebra", "preference": Infinity}',
    "1e400": b'{"prompt": "canaryzebra", "preference": 1e400}',
    "a lone surrogate": b'{"prompt": "canaryzebra \\ud800"}',
    "invalid UTF-8": b'{"prompt": "canaryzebra \xff\xfe"}',
    "nesting of 100,000": b'{"prompt": ' + b"[" * 100_000,
    "closed nesting of 100,000": b'{"prompt": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of 5,000 digits": b'{"prompt": "canaryzebra", "preference": ' + b"9" * 5000 + b"}",
    "100,000 keys": ("{" + ",".join(f'"canaryzebra{i}": 1' for i in range(8_000)) + "}").encode(),
}


@pytest.mark.parametrize("path", JSON_ROUTES)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_cannot_be_read_is_refused(api: Service, path: str, body: bytes):
    clean(api.post(path, body))


WRONG = {
    "missing": {},
    "wrong type": {"prompt": 5},
    "blank": {"prompt": "  \n\t "},
    "zero-width only": {"prompt": "\u200b\u200d\ufeff"},
    "fillers only": {"prompt": "\u3164\u2800\u115f"},
    "empty": {"prompt": ""},
    "unknown field": {"prompt": "x", "api_base": "http://canaryzebra"},
    "unknown field deep down": {"prompt": "x", "constraints": {"headers": {"canaryzebra": "x"}}},
    "both forms": {"prompt": "x", "messages": [{"role": "user", "content": "x"}]},
    "blank message": {"messages": [{"role": "user", "content": " "}]},
    "no messages": {"messages": []},
    "a role nobody has": {"messages": [{"role": "canaryzebra", "content": "x"}]},
    "a part nobody has": {"messages": [{"role": "user", "content": [{"type": "canaryzebra", "text": "x"}]}]},
    "a mode nobody has": {"prompt": "x", "mode": "canaryzebra"},
    "preference above one": {"prompt": "x", "preference": 1.5},
    "cost zero": {"prompt": "x", "constraints": {"max_cost_usd": 0}},
    "capability nobody has": {"prompt": "x", "constraints": {"capabilities": ["canaryzebra"]}},
    **{
        f"max_tokens {value!r}": {"prompt": "x", "constraints": {"max_tokens": value}}
        for value in (0, -1, 10**9, "5", True, 1.5)
    },
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_field_is_refused_and_named(api: Service, body: dict):
    reply = api.post("/route", body)
    clean(reply)
    assert reply.status == 422
    assert reply.json["error"]["fields"]


def test_a_prompt_that_is_too_long_is_refused(api: Service):
    clean(api.post("/route", {"prompt": CANARY * 100_000}))
    assert api.post("/classify", {"prompt": "x" * 300_000}).error == "payload_too_large"
    assert api.post("/route", b'{"prompt": "' + b"x" * (4 * 1024 * 1024) + b'"}').error == "payload_too_large"


def test_a_batch_of_more_than_256_is_refused(api: Service):
    clean(api.post("/classify/batch", {"prompts": ["x"] * 257}))


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (f"/models?{CANARY}=openai", "this route has none"),
        (f"/catalogue/versions?limit=1&{CANARY}=1", "known are limit, before"),
    ],
)
def test_a_parameter_that_a_route_does_not_know_is_refused_and_those_it_knows_are_named(
    api: Service, path: str, known: str
):
    reply = api.get(path)
    problem = f"holds a parameter that is not known here; {known}"
    assert (reply.status, reply.json["error"]["fields"]) == (422, [{"path": "query", "problem": problem}])
    assert CANARY.encode() not in reply.body


@pytest.mark.parametrize("path", ["/", "/healthz", "/health", "/status", "/dashboard/data", "/v1/models"])
def test_what_is_public_or_another_api_s_minds_no_parameter_that_somebody_adds(api: Service, path: str):
    assert api.get(f"{path}?{CANARY}=1").status == 200


STRANGE = {
    "one letter a million times": "a" * 999_999,
    "emoji sequences": "👩‍👩‍👧‍👦🏳️‍🌈" * 500,
    "ten thousand combining marks": "e" + "\u0301" * 10_000,
    "ten thousand combining marks alone": "\u0301" * 10_000,
    "right-to-left overrides": "\u202ewrite a poem\u202c" * 50,
    "NUL": "write\0a poem",
    "a million spaces around a word": " " * 500_000 + "poem" + " " * 400_000,
    "a million blanks and invisible characters by turns": "poem" + " \u200b" * 499_000,
}


@pytest.mark.parametrize("prompt", STRANGE.values(), ids=STRANGE.keys())
def test_strange_but_legal_text_is_answered(api: Service, prompt: str):
    assert api.post("/route", {"prompt": prompt}).status == 200


def test_composed_decomposed_and_full_width_forms_are_of_one_category(api: Service):
    forms = [
        "Écris un poème sur la mer",
        "E\u0301cris un poe\u0300me sur la mer",
        "Ｗｒｉｔｅ ａ ｐｏｅｍ ａｂｏｕｔ ｔｈｅ ｓｅａ",
    ]
    plain = "Write a poem about the sea"
    found = [api.post("/classify", {"prompt": prompt}).json["primary_use_case"] for prompt in (*forms, plain)]
    assert found[0] == found[1]
    assert found[2] == found[3]


def test_a_compressed_body_and_another_content_type_are_refused(api: Service):
    body = {"prompt": "x"}
    assert api.post("/route", body, **{"content-encoding": "gzip"}).error == "unsupported_media_type"
    assert api.post("/route", body, **{"content-type": "text/plain"}).error == "unsupported_media_type"


IDS = ["..", "%2e%2e%2f", "%00", "x" * 2000, "<script>", "a/../b", "a%2Fb", "é", "%ff"]


@pytest.mark.parametrize("name", IDS, ids=range(len(IDS)))
@pytest.mark.parametrize("path", ["/models/", "/metrics/", "/decisions/"])
def test_an_id_that_nobody_has_is_not_found(api: Service, path: str, name: str):
    reply = api.get(path + name)
    assert reply.status in (404, 422)
    assert reply.error
    assert b"<script>" not in reply.body


PATHS = ["//update", "/UPDATE", "/%2Fupdate", "/nothing", "/route/", "/v9/models", "/.env"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_not_found_in_our_envelope(api: Service, method: str, path: str):
    reply = api.send(method, path, {} if method == "POST" else None)
    assert reply.status in (404, 405)
    assert reply.error


@pytest.mark.parametrize("path", ["/route", "/update", "/healthz"])
def test_a_wrong_method_is_refused_in_our_envelope(api: Service, path: str):
    reply = api.send("DELETE", path)
    assert reply.status in (404, 405)
    assert reply.error


@pytest.mark.parametrize("host", ["a:b:c", "[::1]:80", "x/#@y", "", "é", "localhost:8080"])
def test_an_odd_host_is_answered(api: Service, host: str):
    assert api.get("/healthz", host=host, **{"x-forwarded-port": "many"}).status == 200


def test_two_hundred_headers_are_answered(api: Service):
    assert api.get("/healthz", **{f"x-header-{number}": "v" * 50 for number in range(200)}).status == 200


EVENTS: dict[str, object] = {
    "nothing": {},
    "null": None,
    "a list": [],
    "payload 1.0": {"version": "1.0", "httpMethod": "GET", "path": "/", "resource": "/", "requestContext": {}},
    "a load balancer's": {"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/", "headers": {}},
    "a bucket's": {"Records": [{"eventSource": "aws:s3", "s3": {}}]},
    "2.0 without a request": {"version": "2.0", "requestContext": {}},
    "2.0 with wrong types": {
        "version": "2.0",
        "requestContext": {"http": {"method": 5, "path": []}},
        "rawPath": 7,
        "headers": [],
    },
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
@pytest.mark.parametrize("path", ["/healthz", "/info", "/status", "/health"])
def test_an_event_that_is_no_request_is_a_declared_400(api: Service, event: object, path: str):
    assert api.event(event, path).status == 400


def test_bad_base64_is_refused(api: Service):
    event = api.http("POST", "/route", b"{}", {"content-type": "application/json"})
    for body in ("%%%", "a", base64.b64encode(b"\xff").decode()):
        clean(api.event(event | {"body": body, "isBase64Encoded": True}, "/route", "POST"))
    clean(api.event(event | {"body": "\ud800"}, "/route", "POST"))


def test_a_correct_base64_body_is_read(api: Service):
    event = api.http("POST", "/route", b"{}", {"content-type": "application/json"})
    body = base64.b64encode(json.dumps({"prompt": "hello"}).encode()).decode()
    assert api.event(event | {"body": body, "isBase64Encoded": True}, "/route", "POST").status == 200
