"""F20, for secrets: while they cannot be read, what needs none of them goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest

from llm_router.client_keys import ClientKey
from llm_router.local.functions import load_module
from tests.support.aws import BUCKET, REGION, TABLE, error, served_aws
from tests.support.fault_proxy import FaultProxy, Says, Trouble
from tests.support.service import Service, service

KEY = {"x-api-key": "a-clients-key"}
PROMPT = {"prompt": "Write a Python function to sort a list"}
SECRETS = {
    "ADMIN_KEY_SECRET": "the-admin-key",
    "HASH_SECRET_ID": "the-hash-secret",
    "PROVIDER_KEYS_SECRET": "the-provider-keys",
}
FAULTS: dict[str, Trouble | Says] = {
    "denied": error("AccessDeniedException"),
    "throttled": error("ThrottlingException"),
    **{trouble.value: trouble for trouble in Trouble if trouble is not Trouble.DRIP},
}


@contextmanager
def on_aws() -> Iterator[tuple[Service, FaultProxy]]:
    """On AWS, behind a public listener, with a client's key; and what is between it and the secret store."""
    with served_aws() as found:
        settings = {"STORE": "aws", "TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "AWS_REGION": REGION}
        with service(**settings, **SECRETS, LISTENER="public", ADMIN_KEY="", HASH_SECRET="") as running:
            book = load_module(running.template.functions["RouteFunction"]).service.generating.key_book()
            book.add(ClientKey("", "client", "", created_at=0.0), KEY["x-api-key"])
            yield running, found.secrets


@pytest.fixture(params=FAULTS.values(), ids=list(FAULTS))
def api(request: pytest.FixtureRequest) -> Iterator[Service]:
    """The same with a secret store that gives nothing."""
    with on_aws() as (running, secrets):
        secrets.does(request.param)
        yield running


def test_f20_without_secrets_recommending_and_classifying_go_on(api: Service):
    assert api.post("/classify", PROMPT, **KEY).status == 200
    found = api.post("/route", PROMPT, **KEY)
    assert found.status == 200
    assert found.json["recommended_model"]["id"]
    assert api.post("/classify", PROMPT, **KEY).json["cached"] is True


def test_f20_once_secrets_fall_silent_a_client_does_not_wait_for_them():
    with on_aws() as (running, secrets):
        for name in SECRETS.values():
            boto3.client("secretsmanager").create_secret(Name=name, SecretString=f"canarysecret of {name}")
        admin = {"x-api-key": f"canarysecret of {SECRETS['ADMIN_KEY_SECRET']}"}
        paths = ("/classify", "/route")
        assert [running.post(path, PROMPT, **key).status for path in paths for key in (KEY, admin)] == [200] * 4
        secrets.does(Trouble.HANG)
        for name in ("ClassifyFunction", "RouteFunction"):
            load_module(running.template.functions[name]).service.restored()  # from now on the admin key is due
        asked = secrets.requests, secrets.connections
        assert [running.post(path, PROMPT, **KEY).status for path in paths] == [200] * 2
        assert (secrets.requests, secrets.connections) == asked
        assert [running.post(path, PROMPT, **admin).status for path in paths] == [200] * 2


def test_f20_without_secrets_generating_is_refused_in_words_that_hold_none(api: Service):
    refused = api.post("/route", {**PROMPT, "mode": "generate"}, **KEY)
    assert (refused.status, refused.error) == (503, "store_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert b"canarysecret" not in refused.body
    assert not any(name.encode() in refused.body for name in SECRETS.values())


def test_f20_without_its_secret_admin_routes_stay_closed(api: Service):
    closed = api.admin("/update", {"models": []})
    assert closed.status == 503
    assert b"canarysecret" not in closed.body
    assert api.post("/update", {"models": []}).status == 401
    assert api.post("/update", {"models": []}, **KEY).status == 403
