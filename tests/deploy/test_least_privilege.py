"""Each role allows what its function asks of AWS and nothing else: computed from the calls that the handlers make."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase

import boto3
import pytest

from llm_router.adapters import https
from llm_router.adapters.providers.configured import ConfiguredProviders
from llm_router.client_keys import ClientKey, new_secret
from llm_router.dashboard import Window
from llm_router.function_names import Function
from llm_router.local.functions import load_module
from llm_router.running import BACKGROUND_THREAD
from llm_router.web.access import ROUTES
from tests.support.aws import BUCKET, TABLE, fake_aws
from tests.support.aws_calls import Calls, recorded
from tests.support.service import ADMIN_KEY, Service, service
from tests.support.sources import healthy_web
from tests.support.template import resolved

OWN: dict[str, object] = {"name": "legal", "description": "Contracts and statutes", "examples": ["One", "Two", "Three"]}
BODIES: dict[str, dict[str, object]] = {
    "/route": {"prompt": "Write a Python function to sort a list", "session_id": "one"},
    "/feedback": {"success": True},
    "/v1/chat/completions": {"model": "auto", "messages": [{"role": "user", "content": "Hello"}]},
    "/v1/responses": {"model": "auto", "input": "Hello"},
    "/v1/messages": {"model": "auto", "messages": [{"role": "user", "content": "Hello"}]},
    "/v1/messages/count_tokens": {"model": "auto", "messages": [{"role": "user", "content": "Hello"}]},
    "/keys": {"name": "one", "usd_per_day": 1, "requests_per_minute": 10},
    "/classify": {"prompt": "Write a poem"},
    "/classify/batch": {"prompts": ["Hello"]},
    "/categories": OWN,
    "/update": {"models": [{"id": "acme/one", "provider": "acme", "display_name": "One"}]},
    "/refresh": {},
    "/catalogue/rollback": {"version": 1},
}
ENVIRONMENT = {
    "STORE": "aws",
    "TABLE_NAME": TABLE,
    "BUCKET_NAME": BUCKET,
    "ADMIN_KEY": "",
    "HASH_SECRET": "",
    "ADMIN_KEY_SECRET": "admin",
    "HASH_SECRET_ID": "hash",
    "DEMO_PROVIDER": "true",
}
NAMES = {"{name}": "legal", "{model_id}": "acme/one", "{decision_id}": "none"}

RARELY = {
    "dynamodb:DeleteItem": "a counter that has expired is deleted before it counts anew",
    "s3:ListBucket": "nothing is listed: who may list is told 404 instead of 403 of an object that is not there",
}
"""Actions that ordinary requests do not bring about, and what does."""
READS_ALL = {Function.ROUTE}
"""Who reads nearly every partition, and so may read the table."""
BY_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents"}
"""Actions that Lambda itself takes in the function's name."""


@pytest.fixture(scope="module")
def calls() -> Calls:
    """What the functions ask while every route is called and the schedule's event comes in.

    It is done in two accounts, the functions in one order and in the other: whoever comes first writes down what the
    next finds there already. In each it is done twice, with a cold start between, so that what the first round finds
    empty the second finds full.
    """
    found = Calls()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(https, "HttpsTransport", healthy_web)
        # What a demo answers is not counted as an attempt; a real provider's answers are.
        patch.setattr(ConfiguredProviders, "is_demo", lambda _self, _provider: False)
        for order in (list(Function), list(Function)[::-1]):
            with _deployed(), recorded(found):
                for _ in range(2):
                    with service(LISTENER="public", **ENVIRONMENT) as running:
                        found.function = "nobody's"
                        key = _limited_key(running)
                        for function in order:
                            found.function = function
                            _drive(running, function, key)
                            _settle()
    return found


def _settle() -> None:
    """Wait for what the function still has under way, so that it is not put down to the next one."""
    for thread in threading.enumerate():
        if thread.name == BACKGROUND_THREAD or isinstance(thread, threading.Timer):
            thread.join(10)


@contextmanager
def _deployed() -> Iterator[None]:
    with fake_aws():
        store = boto3.client("secretsmanager")
        store.create_secret(Name="admin", SecretString=ADMIN_KEY)
        store.create_secret(Name="hash", SecretString="hash-secret")
        yield


def _limited_key(running: Service) -> str:
    """The secret of a client key that was made before, whose requests are counted."""
    book = load_module(running.template.functions["ClassifyFunction"]).service.generating.key_book()
    secret = new_secret()
    book.add(ClientKey("", "limited", "", 0.0, requests_per_minute=1000), secret)
    return secret


def _drive(running: Service, function: Function, key: str) -> None:
    """Every route of one function; removals come last."""
    names = dict(NAMES)
    rules = [rule for rule in ROUTES if rule.function == function]
    for rule in sorted(rules, key=lambda rule: (rule.method == "DELETE", rule.method == "GET")):
        path = rule.path
        for name, value in names.items():
            path = path.replace(name, value)
        assert rule.method != "POST" or path in BODIES, f"say here what POST {path} takes"
        body = dict(BODIES[path]) if rule.method == "POST" else None
        if path == "/feedback":
            body = {"decision_id": names["{decision_id}"], **BODIES[path]}
        reply = running.send(rule.method, path, body, {"authorization": f"Bearer {ADMIN_KEY}"})
        assert reply.status < 500, (path, reply.body)
        if path == "/route":
            names["{decision_id}"] = reply.json["decision_id"]
        if rule.method == "POST" and path == "/keys":
            names["{key_id}"] = reply.json["id"]
            _generate(running, reply.json["key"])
    if function is Function.DASHBOARD:
        as_admin = {"authorization": f"Bearer {ADMIN_KEY}"}
        for window in Window:
            assert running.send("GET", f"/dashboard/data?window={window}", None, as_admin).status == 200
        assert running.send("GET", "/dashboard/data", None, {"x-api-key": key}).status == 403
    if function is Function.CLASSIFY:
        assert running.send("POST", "/classify", BODIES["/classify"], {"x-api-key": key}).status == 200
    module = load_module(running.template.functions[f"{function.capitalize()}Function"])
    if function is Function.INGEST:
        module.handler({"source": "aws.scheduler", "id": "one"}, None)
    module.service.close()


def _generate(running: Service, key: str) -> None:
    """A generation that is booked to a client's key and done once."""
    body = {"prompt": "Hello", "mode": "generate"}
    reply = running.send("POST", "/route", body, {"x-api-key": key, "idempotency-key": "one"})
    assert reply.status == 200, reply.body


def allowed(function: str) -> list[dict]:
    """The statements of a function's role when nothing is chosen."""
    role = resolved({})["Resources"][f"{function.capitalize()}Role"]["Properties"]
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def actions_of(statement: dict) -> set[str]:
    found = statement["Action"]
    return set(found) if isinstance(found, list) else {found}


def partitions(function: str, action: str) -> set[str]:
    """Patterns of the partitions in which a function may do this."""
    return {
        pattern
        for statement in allowed(function)
        if action in actions_of(statement)
        for pattern in statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    }


@pytest.mark.parametrize("function", list(Function))
def test_a_role_allows_every_call_that_its_function_makes(calls: Calls, function: str):
    may = set().union(*(actions_of(statement) for statement in allowed(function)))
    assert calls.actions[function] - may == set()


@pytest.mark.parametrize("function", list(Function))
def test_a_role_allows_no_call_that_its_function_never_makes(calls: Calls, function: str):
    may = set().union(*(actions_of(statement) for statement in allowed(function)))
    assert may - calls.actions[function] - set(RARELY) - BY_LAMBDA == set()


@pytest.mark.parametrize("function", list(Function))
def test_a_function_writes_the_partitions_that_its_role_names_and_no_others(calls: Calls, function: str):
    _match(partitions(function, "dynamodb:PutItem"), calls.written.get(function, set()))


@pytest.mark.parametrize("function", sorted(set(Function) - READS_ALL))
def test_a_function_reads_the_partitions_that_its_role_names_and_no_others(calls: Calls, function: str):
    _match(partitions(function, "dynamodb:GetItem"), calls.read.get(function, set()))


def _match(patterns: set[str], used: set[str]) -> None:
    assert {pk for pk in used if not any(fnmatchcase(pk, pattern) for pattern in patterns)} == set()
    assert {pattern for pattern in patterns if not any(fnmatchcase(pk, pattern) for pk in used)} == set()


def test_objects_are_read_and_written_under_the_prefix_that_the_roles_name(calls: Calls):
    assert all(key.startswith("catalogue/") for keys in calls.objects.values() for key in keys)
    for function in calls.objects:
        (resource,) = {str(each["Resource"]) for each in allowed(function) if "s3:GetObject" in actions_of(each)}
        assert "/catalogue/*" in resource


def test_what_is_rare_is_rare(calls: Calls):
    """An action that is made by every function anyway needs no exception."""
    assert not all(set(RARELY) <= made for made in calls.actions.values())
