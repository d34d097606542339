"""Every route against every kind of caller, from the access table itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llm_router.auth import Access
from llm_router.local.functions import load_module
from llm_router.web.access import ROUTES, RouteRule
from tests.support.service import ADMIN_KEY, Service, service

CALLERS = {
    "nobody": {},
    "a wrong key": {"authorization": "Bearer wrong"},
    "an injection": {"authorization": "Bearer ' OR '1'='1"},
    "a megabyte": {"authorization": "Bearer " + "x" * 1_000_000},
    "another scheme": {"authorization": f"Basic {ADMIN_KEY}"},
    "the admin": {"authorization": f"Bearer {ADMIN_KEY}"},
    "the admin, other header": {"x-api-key": ADMIN_KEY},
}


@pytest.fixture(scope="module", params=["loopback", "public"])
def api(request: pytest.FixtureRequest) -> Iterator[Service]:
    with service(LISTENER=request.param) as running:
        running.loopback = request.param == "loopback"
        yield running


def ask(api: Service, rule: RouteRule, headers: dict[str, str]):
    path = rule.path.replace("{model_id}", "nobody/nothing").replace("{decision_id}", "x").replace("{name}", "page.js")
    return api.send(rule.method, path, {} if rule.method == "POST" else None, headers)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("rule", ROUTES, ids=lambda rule: f"{rule.method} {rule.path}")
def test_a_route_admits_exactly_whom_its_row_says(api: Service, rule: RouteRule, caller: str):
    is_admin = caller.startswith("the admin")
    admitted = (
        rule.access is Access.PUBLIC
        or is_admin
        or (rule.access is Access.OPERATOR and api.loopback)
        or (rule.access is Access.CLIENT and api.loopback)
    )
    reply = ask(api, rule, CALLERS[caller])
    if admitted:
        assert reply.status not in (401, 403)
    else:
        assert (reply.status, reply.error) == (401, "unauthorized")


def test_every_refusal_reads_the_same(api: Service):
    rule = next(rule for rule in ROUTES if rule.access is Access.ADMIN)
    bodies = {ask(api, rule, headers).body for name, headers in CALLERS.items() if not name.startswith("the admin")}
    assert len(bodies) == 1


def test_each_door_exposes_exactly_the_rows_of_its_function(api: Service):
    for name, function in api.template.functions.items():
        door = load_module(function).door
        exposed = {(operation.row.method, operation.row.path) for operation in door.routes.operations}
        rows = {(rule.method, rule.path) for rule in ROUTES if rule.function == door.function}
        assert exposed == rows, name


def test_without_a_configured_key_admin_routes_are_closed():
    with service(ADMIN_KEY="") as closed:
        for rule in (rule for rule in ROUTES if rule.access is Access.ADMIN):
            assert ask(closed, rule, {"authorization": "Bearer "}).status == 401
            assert ask(closed, rule, {}).status == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "evil_x.example:80"])
def test_what_is_open_on_loopback_is_open_under_no_name_that_another_gives_to_this_machine(host: str):
    with service(LISTENER="loopback") as running:
        for method, path, body in (("GET", "/dashboard/data", None), ("POST", "/classify", {"prompt": "hi"})):
            assert running.send(method, path, body, {"host": host}).status == 401
            assert running.send(method, path, body, {"host": "127.0.0.1:8080"}).status == 200
            assert running.send(method, path, body, {"host": host, "x-api-key": ADMIN_KEY}).status == 200
