"""The running service against its own OpenAPI document: no 5xx, and every answer as documented."""

from __future__ import annotations

import json
from collections import Counter
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

from llm_router.web.links import LINKS
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


STARTS: dict[str, object] = {
    "POST /route": {"prompt": "Write a haiku", "mode": "generate", "session_id": "a chain"},
    "POST /v1/chat/completions": {"model": "auto", "messages": [{"role": "user", "content": "Write a haiku"}]},
    "POST /v1/responses": {"model": "auto", "input": "Write a haiku"},
    "POST /v1/messages": {"model": "auto", "messages": [{"role": "user", "content": "Write a haiku"}]},
    "POST /keys": {"name": "linked"},
    "POST /categories": {"name": "linked", "description": "Law.", "examples": ["one law", "two laws", "three laws"]},
}
"""Bodies that a chain starts with: of those that are made up, few are answered with anything to go on with."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("state"), DEMO_PROVIDER="true") as found:
        for name in ("one", "two"):  # versions to go back to
            model = {"id": f"acme/{name}", "provider": "acme", "display_name": name}
            authorization = f"Bearer {found.admin_key}"
            assert found.ask("PORT", "POST", "/update", {"models": [model]}, authorization=authorization)[0] == 200
        yield found


BOUNDED = settings(
    max_examples=10, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@DOCUMENT.parametrize()
@BOUNDED
def test_every_route_answers_as_documented(case: schemathesis.Case, running: Running):
    headers = {"authorization": f"Bearer {running.admin_key}"}
    answer = case.call(base_url=running.url(), headers=headers, timeout=30)
    assert answer.status_code < 500
    case.validate_response(answer, checks=CHECKS)


ROUNDS = 5
"""Schemathesis draws which link it follows: now and then none of ten chains follows the one."""

SOURCES = sorted({" ".join(link.source) for link in LINKS})


@pytest.mark.parametrize("source", SOURCES)
def test_what_one_route_makes_the_next_one_finds(running: Running, source: str):
    """Chains along the document's own links: a decision is read and judged, a key taken back, a model looked up.

    One source at a time: of many schemathesis begins with those alone that look as if they always succeeded.
    """
    links = [link for link in LINKS if " ".join(link.source) == source]
    followed: Counter[int] = Counter()

    linked = DOCUMENT.include(path=[links[0].source[1], *(link.target[1] for link in links)])

    class Chains(linked.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, object]:
            headers = {"authorization": f"Bearer {running.admin_key}"}
            return {"base_url": running.url(), "headers": headers, "timeout": 30}

        def validate_response(self, response, case: schemathesis.Case, *_: object, **__: object) -> None:
            assert response.status_code < 500
            case.validate_response(response, checks=CHECKS)

        def step(self, input):
            if input.transition is None:
                input.case.body = STARTS.get(input.case.operation.label, input.case.body)
            done = super().step(input)
            if input.transition is not None:
                followed[done.response.status_code] += 1
            return done

    for _ in range(ROUNDS):
        Chains.run(settings=settings(BOUNDED, max_examples=10, stateful_step_count=4))
        if followed[200]:
            break
    assert followed[200] > 0
