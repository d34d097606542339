"""An admin key that was replaced in Secrets Manager: how long the one before opens, and what holds while it is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import boto3
import pytest

from llm_router import settings as settings_module
from llm_router.adapters.aws import AwsClients
from llm_router.auth import Access, key_hash
from llm_router.composition.configured_secrets import ADMIN_KEY_EVERY_S, ConfiguredSecrets
from llm_router.composition.services import Services
from llm_router.errors import StoreUnavailable, Unauthenticated
from llm_router.lazy import Lazy
from tests.support.aws import fake_aws
from tests.support.clock import FakeClock

NAME = "the-admin-key"


class Store:
    """Gives the key that it is told to, or fails, and counts how often it is asked."""

    def __init__(self, key: str | None = "first") -> None:
        self.key = key
        self.asked = 0

    def secrets(self) -> Store:
        return self

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - as boto3 names it
        assert SecretId == NAME
        self.asked += 1
        if self.key is None:
            raise StoreUnavailable("away")
        return {"SecretString": self.key}


def reading(store: Store, clock: FakeClock) -> ConfiguredSecrets:
    settings = settings_module.load({"STORE": "memory", "LISTENER": "public", "ADMIN_KEY_SECRET": NAME})
    return ConfiguredSecrets(settings, clock, Lazy(lambda: cast(AwsClients, store)))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_the_key_is_read_again_when_it_is_old_and_not_before(clock: FakeClock):
    store = Store()
    secrets = reading(store, clock)
    assert [secrets.admin_key_hash() for _ in range(2)] == [key_hash("first")] * 2
    assert store.asked == 1
    store.key = "second"
    clock.pass_seconds(ADMIN_KEY_EVERY_S - 1)
    assert secrets.admin_key_hash() == key_hash("first")
    clock.pass_seconds(1)
    assert (secrets.admin_key_hash(), store.asked) == (key_hash("second"), 2)


def test_the_last_key_stays_while_the_store_is_away_which_is_asked_every_minute(clock: FakeClock):
    store = Store()
    secrets = reading(store, clock)
    secrets.admin_key_hash()
    store.key = None
    clock.pass_seconds(ADMIN_KEY_EVERY_S)
    assert [secrets.admin_key_hash() for _ in range(5)] == [key_hash("first")] * 5
    assert store.asked == 2
    store.key = "second"
    clock.pass_seconds(59)
    assert (secrets.admin_key_hash(), store.asked) == (key_hash("first"), 2)
    clock.pass_seconds(1)
    assert (secrets.admin_key_hash(), store.asked) == (key_hash("second"), 3)


def test_a_key_that_was_never_read_is_asked_for_each_time(clock: FakeClock):
    store = Store(None)
    secrets = reading(store, clock)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            secrets.admin_key_hash()
    store.key = "first"
    assert (secrets.admin_key_hash(), store.asked) == (key_hash("first"), 3)


def test_a_process_that_wakes_while_the_store_is_away_keeps_the_last_key(clock: FakeClock):
    store = Store()
    secrets = reading(store, clock)
    secrets.admin_key_hash()
    store.key = None
    secrets.restored()
    assert secrets.admin_key_hash() == key_hash("first")
    store.key = "second"
    secrets.restored()
    assert secrets.admin_key_hash() == key_hash("second")


@pytest.fixture
def stored() -> Iterator[None]:
    with fake_aws():
        boto3.client("secretsmanager").create_secret(Name=NAME, SecretString="the-first")
        yield


def running(clock: FakeClock, **settings: str) -> Services:
    return Services(settings_module.load({"STORE": "memory", "LISTENER": "public", **settings}), clock)


def opens(services: Services, key: str) -> bool:
    try:
        return services.gatekeeper().admit(Access.ADMIN, {"x-api-key": key}).admin
    except Unauthenticated:
        return False


def replace(key: str) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString=key)


@pytest.mark.usefixtures("stored")
def test_a_replaced_admin_key_opens_for_five_minutes_at_most(clock: FakeClock):
    services = running(clock, ADMIN_KEY_SECRET=NAME)
    assert opens(services, "the-first")
    replace("the-second")
    assert opens(services, "the-first")
    clock.pass_seconds(ADMIN_KEY_EVERY_S)
    assert not opens(services, "the-first")
    assert opens(services, "the-second")
    assert ADMIN_KEY_EVERY_S <= 300


@pytest.mark.usefixtures("stored")
def test_a_process_woken_from_a_snapshot_reads_the_admin_key_anew(clock: FakeClock):
    services = running(clock, ADMIN_KEY_SECRET=NAME)
    assert opens(services, "the-first")
    replace("the-second")
    services.restored()
    assert not opens(services, "the-first")


@pytest.mark.usefixtures("stored")
def test_the_admin_key_opens_while_it_cannot_be_read(clock: FakeClock):
    services = running(clock, ADMIN_KEY_SECRET=NAME)
    assert opens(services, "the-first")
    boto3.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    clock.pass_seconds(ADMIN_KEY_EVERY_S)
    assert opens(services, "the-first")


@pytest.mark.usefixtures("stored")
def test_a_secret_that_becomes_binary_holds_no_key_and_the_last_one_opens(clock: FakeClock):
    services = running(clock, ADMIN_KEY_SECRET=NAME)
    assert opens(services, "the-first")
    boto3.client("secretsmanager").put_secret_value(SecretId=NAME, SecretBinary=b"the-second")
    clock.pass_seconds(ADMIN_KEY_EVERY_S)
    assert opens(services, "the-first")
    with pytest.raises(StoreUnavailable, match="no text"):
        opens(running(clock, ADMIN_KEY_SECRET=NAME), "the-first")


def test_an_admin_key_of_the_settings_is_read_nowhere_and_none_closes(clock: FakeClock):
    assert opens(running(clock, ADMIN_KEY="plain"), "plain")
    assert not opens(running(clock), "plain")
