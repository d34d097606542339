"""An admin key that was replaced in Secrets Manager: how long the one before opens, and what holds while it is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import boto3
import pytest

from llm_router import settings as settings_module
from llm_router.auth import Access
from llm_router.composition.configured_secrets import ADMIN_KEY_EVERY_S
from llm_router.composition.services import Services
from llm_router.errors import StoreUnavailable, Unauthenticated
from llm_router.renewed import RETRY_AFTER_S, Renewed
from tests.support.aws import fake_aws
from tests.support.clock import FakeClock

NAME = "the-admin-key"
EVERY_S = 60.0
PATIENCE_S = 10.0


class Source:
    """Gives what it is told to, and counts how often it is asked."""

    def __init__(self, value: str | None = "first") -> None:
        self.value = value
        self.asked = 0

    def read(self) -> str:
        self.asked += 1
        if self.value is None:
            raise StoreUnavailable("away")
        return self.value


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_value_is_read_again_when_it_is_old_and_not_before(clock: FakeClock):
    source = Source()
    value = Renewed(source.read, clock, EVERY_S)
    assert (value(), value(), source.asked) == ("first", "first", 1)
    source.value = "second"
    clock.pass_seconds(EVERY_S - 1)
    assert value() == "first"
    clock.pass_seconds(1)
    assert (value(), source.asked) == ("second", 2)


def test_the_last_value_stays_while_the_store_is_away_which_is_asked_now_and_then(clock: FakeClock):
    source = Source()
    value = Renewed(source.read, clock, EVERY_S)
    value()
    source.value = None
    clock.pass_seconds(EVERY_S)
    assert [value() for _ in range(5)] == ["first"] * 5
    assert source.asked == 2
    source.value = "second"
    clock.pass_seconds(RETRY_AFTER_S)
    assert value() == "second"


def test_what_was_never_read_is_asked_for_each_time(clock: FakeClock):
    source = Source(None)
    value = Renewed(source.read, clock, EVERY_S)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            value()
    source.value = "first"
    assert (value(), source.asked) == ("first", 3)


def test_what_expired_is_read_again_and_stays_where_it_cannot_be(clock: FakeClock):
    source = Source()
    value = Renewed(source.read, clock, EVERY_S)
    value()
    source.value = None
    value.expire()
    assert value() == "first"
    source.value = "second"
    value.expire()
    assert value() == "second"


def test_while_one_thread_reads_it_again_the_others_have_the_value_before(clock: FakeClock):
    reading, go_on = threading.Event(), threading.Event()
    answers = iter(("first", "second"))

    def read() -> str:
        found = next(answers)
        if found == "second":
            reading.set()
            assert go_on.wait(PATIENCE_S)
        return found

    value = Renewed(read, clock, EVERY_S)
    value()
    clock.pass_seconds(EVERY_S)
    renewing = threading.Thread(target=value, daemon=True)
    renewing.start()
    assert reading.wait(PATIENCE_S)
    assert value() == "first"
    go_on.set()
    renewing.join(PATIENCE_S)
    assert value() == "second"


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
