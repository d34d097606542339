"""The OpenAPI document in the package is that of the doors, and it is one."""

from __future__ import annotations

import json

import schemathesis

from llm_router.auth import Access
from llm_router.local import describe
from llm_router.local.forms import FORMS
from llm_router.web.access import ROUTES
from llm_router.web.errors import STATUS
from llm_router.web.openapi import FILE
from tests.support.service import Service, service


def test_the_document_is_made_from_the_doors_as_they_are_now():
    with service():
        assert FILE.read_text("utf-8") == describe.text(), "run `make openapi`"


def test_it_describes_every_route_and_who_may_call_it():
    paths = json.loads(FILE.read_text("utf-8"))["paths"]
    for rule in ROUTES:
        operation = paths[rule.path][rule.method.lower()]
        assert operation["x-access"] == rule.access
        assert ("security" in operation) is (rule.access is not Access.PUBLIC)
    assert sum(len(methods) for methods in paths.values()) == len(ROUTES)


def test_it_describes_what_comes_beside_the_usual_answer():
    paths = json.loads(FILE.read_text("utf-8"))["paths"]
    generated, chat = paths["/route"]["post"], paths["/v1/chat/completions"]["post"]
    response, message = paths["/v1/responses"]["post"], paths["/v1/messages"]["post"]
    for operation in (generated, chat, response, message):
        (once,) = [each for each in operation["parameters"] if each["name"] == "idempotency-key"]
        assert "neither a recommendation nor a stream" in once["description"]
    told = json.dumps(generated["responses"]["200"])
    assert "GeneratedAnswer" in told
    assert "RouteAnswer" in told
    assert "ExplainedAnswer" in json.dumps(paths["/classify"]["post"]["responses"]["200"])
    assert [each["name"] for each in paths["/dashboard/data"]["get"]["parameters"]] == ["window"]
    for streamed in (chat, response, message):
        assert set(streamed["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}


def test_every_status_that_an_error_may_have_is_described_of_every_route():
    described = json.loads(FILE.read_text("utf-8"))
    statuses = {str(status) for status, _, _ in STATUS.values()} | {"200", "500"}
    for rule in ROUTES:
        assert set(described["paths"][rule.path][rule.method.lower()]["responses"]) == statuses
    assert all(each["description"] for each in described["components"]["responses"].values())


def test_every_form_belongs_to_a_route():
    assert set(FORMS) <= {(rule.method, rule.path) for rule in ROUTES}


def test_it_is_a_document_that_a_tool_can_read(api: Service):
    reply = api.get("/openapi.json")
    assert reply.status == 200
    schema = schemathesis.openapi.from_dict(reply.json)
    schema.validate()
    assert sum(1 for _ in schema.get_all_operations()) == len(ROUTES)
