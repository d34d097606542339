"""Stored XSS: what is given as a name stays a name, and nothing that is answered can be taken for a page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from llm_router.web.access import ROUTES
from tests.support.markup import PAYLOADS
from tests.support.service import ADMIN_KEY, Reply, Service

MARKUP = set('<>"')
ADMIN = {"authorization": f"Bearer {ADMIN_KEY}"}


def is_data(reply: Reply) -> None:
    """No browser shows it as a page, and it does not quote what was sent."""
    assert reply.headers["content-type"].startswith("application/json")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert b"alert(1)" not in reply.body
    assert b"x.example" not in reply.body


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["id", "provider", "display_name", "api_alias"])
def test_a_model_with_markup_for_a_name_is_refused(api: Service, field: str, payload: str):
    """A display name may hold an apostrophe, as names do, and is then told as it was given."""
    model = {"id": "acme/one", "provider": "acme", "display_name": "One", field: payload}
    reply = api.admin("/update", {"models": [model]})
    is_data(reply)
    if field != "display_name" or MARKUP & set(payload):
        assert reply.status == 422
    else:
        assert reply.status == 200
        told = api.get("/models/acme/one")
        assert told.json["display_name"] == payload
        assert told.headers["content-type"].startswith("application/json")
        assert told.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_paths_fields_and_bodies_comes_back_in_no_error(api: Service, payload: str):
    for rule in ROUTES:
        path = rule.path
        for name in ("model_id", "decision_id", "key_id", "name"):
            path = path.replace(f"{{{name}}}", quote(payload, safe=""))
        if "{" in rule.path or rule.method == "POST":
            body = {payload: payload} if rule.method == "POST" else None
            reply = api.send(rule.method, path, body, ADMIN)
            assert 400 <= reply.status < 500
            is_data(reply)
    is_data(api.get(f"/{quote(payload, safe='')}"))
    is_data(api.get(f"/dashboard/data?window={quote(payload, safe='')}"))


def test_names_that_only_the_operator_gives_are_told_as_data(api: Service):
    """A key's name and a category's description are free text: they come back as JSON and as nothing else."""
    for payload in PAYLOADS:
        api.send("POST", "/keys", {"name": payload}, ADMIN)
    told = api.send("GET", "/keys", headers=ADMIN)
    assert {key["name"] for key in told.json["keys"]} == set(PAYLOADS)
    assert told.headers["content-type"].startswith("application/json")
    assert told.headers["x-content-type-options"] == "nosniff"
    assert b"alert(1)" not in api.send("GET", "/dashboard/data", headers=ADMIN).body
