"""The running service against its own OpenAPI document: no 5xx, and every answer as documented."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from llm_router.web.openapi import FILE
from tests.support.running import Running, running_service

DOCUMENT = schemathesis.openapi.from_dict(json.loads(FILE.read_text("utf-8"))).exclude(path="/refresh")
"""A refresh asks the catalogue's sources, and this suite asks nobody outside."""

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("state"), DEMO_PROVIDER="true") as found:
        yield found


@DOCUMENT.parametrize()
@settings(max_examples=10, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_route_answers_as_documented(case: schemathesis.Case, running: Running):
    headers = {"authorization": f"Bearer {running.admin_key}"}
    answer = case.call(base_url=running.url(), headers=headers, timeout=30)
    assert answer.status_code < 500
    case.validate_response(answer, checks=CHECKS)


def test_what_one_route_makes_the_next_one_finds(running: Running):
    """The links between the routes: a decision is read and judged, a key opens and is taken back, a model routes."""
    key = {"authorization": f"Bearer {running.admin_key}"}

    def ask(method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
        status, answer = running.ask("PORT", method, path, body, **(headers or key))
        return status, json.loads(answer)

    status, made = ask("POST", "/keys", {"name": "linked"})
    assert status == 200
    mine = {"x-api-key": made["key"]}
    status, decided = ask("POST", "/route", {"prompt": "Write a haiku", "mode": "generate"}, **mine)
    assert status == 200
    assert ask("GET", f"/decisions/{decided['decision_id']}", **mine)[0] == 200
    assert ask("POST", "/feedback", {"decision_id": decided["decision_id"], "success": True}, **mine)[0] == 200
    assert ask("GET", f"/metrics/{decided['model_used']['id']}", **mine)[0] == 200
    assert ask("GET", f"/models/{decided['model_used']['id']}", **mine)[0] == 200
    version = ask("GET", "/models")[1]["catalogue_version"]
    status, updated = ask("POST", "/update", {"models": [{"id": decided["model_used"]["id"], "status": "disabled"}]})
    assert (status, updated["catalogue_version"] > version) == (200, True)
    assert ask("DELETE", f"/keys/{made['id']}")[0] == 200
