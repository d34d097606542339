"""Which methods a path answers to: HEAD wherever GET is, and a wrong one is told the right ones."""

from __future__ import annotations

import pytest

from llm_router.web.access import ROUTES, RouteRule
from tests.support.generating import ADMIN
from tests.support.service import Service

READ = [rule for rule in ROUTES if rule.method == "GET"]
FILLED = {"{model_id}": "openai/gpt-4.1", "{decision_id}": "nothing", "{name}": "page.js"}
WRONG = [
    ("POST", "/health", "GET, HEAD"),
    ("GET", "/classify", "POST"),
    ("HEAD", "/classify", "POST"),
    ("DELETE", "/categories", "GET, HEAD, POST"),
    ("PUT", "/keys", "GET, HEAD, POST"),
    ("GET", "/keys/some", "DELETE"),
    ("PATCH", "/models/openai/gpt-4.1", "GET, HEAD"),
    ("POST", "/v1/models", "GET, HEAD"),
    ("TRACE", "/", "GET, HEAD"),
]


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("rule", READ, ids=lambda rule: rule.path)
def test_head_is_answered_like_get_without_the_body(api: Service, rule: RouteRule):
    got, told = (api.send(method, filled(rule.path), headers=ADMIN) for method in ("GET", "HEAD"))
    assert (told.status, told.body) == (got.status, b"")
    assert told.headers["content-type"] == got.headers["content-type"]
    assert int(told.headers["content-length"]) > 0


@pytest.mark.parametrize(("method", "path", "allowed"), WRONG)
def test_a_wrong_method_is_told_the_right_ones_whichever_function_has_the_path(api: Service, method, path, allowed):
    reply = api.send(method, path)
    assert (reply.status, reply.headers["allow"]) == (405, allowed)
    assert method == "HEAD" or reply.error == "method_not_allowed"


@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_where_nothing_is_every_method_is_not_found(api: Service, method: str):
    reply = api.send(method, "/nothing")
    assert (reply.status, reply.error) == (404, "not_found")
    assert "allow" not in reply.headers


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/responses/resp_1", "/v1/v1/chat/completions"])
def test_where_nothing_is_under_v1_a_client_is_told_what_there_is(api: Service, path: str):
    reply = api.send("POST", path)
    assert (reply.status, reply.error) == (404, "not_found")
    assert "POST /v1/chat/completions" in reply.json["error"]["message"]
    assert "/v1/" not in api.send("POST", "/nothing").json["error"]["message"]


def test_where_anthropics_clients_ask_an_error_is_of_their_form(api: Service):
    for method, path, status, kind in (
        ("POST", "/v1/messages/batches", 404, "not_found_error"),
        ("GET", "/v1/messages", 405, "invalid_request_error"),
    ):
        reply = api.send(method, path)
        assert (reply.status, reply.json["type"], reply.json["error"]["type"]) == (status, "error", kind)
        assert reply.headers["x-request-id"] == reply.json["request_id"]
