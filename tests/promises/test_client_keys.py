"""Every route against every kind of client key: valid, expired, removed, of another tenant, and one that never was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from llm_router.auth import Access
from llm_router.web.access import ROUTES, RouteRule
from tests.support.clock import FakeClock
from tests.support.generating import ADMIN, PROMPT, Client, Holder
from tests.support.service import Reply, Service, service

GOOD = ("valid", "another's")
BAD = ("expired", "removed", "never made", "cut short", "with a tail")


@dataclass
class Callers:
    """A public service, and a key of each kind."""

    api: Service
    keys: dict[str, Holder]
    secrets: dict[str, str]

    def ask(self, rule: RouteRule, caller: str) -> Reply:
        path = rule.path.replace("{model_id}", "nobody/nothing").replace("{decision_id}", "x")
        path = path.replace("{key_id}", "x").replace("{name}", "page.js")
        body: dict | None = {} if rule.method == "POST" else None
        return self.api.send(rule.method, path, body, {"authorization": f"Bearer {self.secrets[caller]}"})


@pytest.fixture(scope="module", params=["loopback", "public"])
def callers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    state = str(tmp_path_factory.mktemp("state"))
    with pytest.MonkeyPatch.context() as patch:
        clock = FakeClock()
        patch.setattr("llm_router.composition.services.SystemClock", lambda: clock)
        with service(LISTENER=request.param, STORE="sqlite", STATE_DIR=state) as api:
            generating = Client(api)
            api.loopback = request.param == "loopback"
            keys = {name: generating.holder() for name in ("valid", "another's", "removed")}
            keys["expired"] = generating.holder(expires_in_s=60)
            clock.pass_seconds(61)
            assert api.send("DELETE", f"/keys/{keys['removed'].id}", headers=ADMIN).status == 200
            secrets = {name: holder.secret for name, holder in keys.items()}
            valid = secrets["valid"]
            secrets |= {"never made": "rk-" + "x" * 43, "cut short": valid[:-1], "with a tail": valid + "x"}
            yield Callers(api, keys, secrets)


@pytest.mark.parametrize("caller", [*GOOD, *BAD])
@pytest.mark.parametrize("rule", ROUTES, ids=lambda rule: f"{rule.method} {rule.path}")
def test_a_client_key_opens_client_routes_while_it_is_good_and_nothing_else(callers: Callers, rule, caller):
    reply = callers.ask(rule, caller)
    if rule.access is Access.PUBLIC or (rule.access is Access.OPERATOR and callers.api.loopback):
        assert reply.status not in (401, 403)
    elif caller in BAD:
        assert (reply.status, reply.error) == (401, "unauthorized")
    elif rule.access is Access.CLIENT:
        assert reply.status not in (401, 403)
    else:
        assert (reply.status, reply.error) == (403, "forbidden")


def test_once_keys_are_defined_nobody_comes_in_without_one(callers: Callers):
    for rule in (rule for rule in ROUTES if rule.access is Access.CLIENT):
        assert callers.api.send(rule.method, rule.path, {} if rule.method == "POST" else None).status == 401


def test_the_decisions_of_one_key_are_not_there_for_another(callers: Callers):
    valid, other = callers.keys["valid"], callers.keys["another's"]
    decision = valid.send("/route", {"prompt": PROMPT}).json["decision_id"]
    assert seen(callers, decision, valid.secret) == 200
    assert seen(callers, decision, other.secret) == 404
    assert callers.api.send("GET", f"/decisions/{decision}", headers=ADMIN).status == 200
    judged = {"decision_id": decision, "success": True}
    assert other.send("/feedback", judged).status == 404
    assert valid.send("/feedback", judged).status == 200


def seen(callers: Callers, decision: str, secret: str) -> int:
    return callers.api.send("GET", f"/decisions/{decision}", headers={"x-api-key": secret}).status


def test_a_key_in_both_headers_counts_as_the_authorization_header_alone(callers: Callers):
    valid = callers.secrets["valid"]
    both = {"authorization": "Bearer wrong", "x-api-key": valid}
    assert callers.api.send("GET", "/models", headers=both).status == 401
