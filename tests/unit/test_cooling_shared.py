"""What one process finds out about a provider, the others know within a second."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.lru import LruCache
from llm_router.adapters.redis_cache import RedisCache
from llm_router.cache_keys import key
from llm_router.generation.cooling import LOOK_EVERY_S, MOST_S, NAMESPACE, VERSION, Cooling
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.ports import Cache
from tests.support.clock import FakeClock
from tests.support.loopback import free_port
from tests.support.models import model
from tests.support.valkey import running

ONE, OTHER = model("one"), model("other")
LIMITED = ProviderFailed(Failure.RATE_LIMITED, retry_after_s=60)
SECRET = b"secret"
NAME = key(SECRET, NAMESPACE, VERSION, "")


def memory(clock: FakeClock) -> Cache:
    return LruCache(clock, max_entries=10, max_bytes=100_000)


def test_the_others_learn_of_it_through_redis():
    port, clock = free_port(), FakeClock()
    with running(port):
        address = f"redis://127.0.0.1:{port}/0"
        here, there = (Cooling(clock, RedisCache(address, clock, lambda _message: None)) for _ in range(2))
        assert there.wait_s(ONE) == 0
        here.failed(ONE, LIMITED)
        clock.pass_seconds(LOOK_EVERY_S)
        assert there.wait_s(ONE) == pytest.approx(59)
        there.failed(OTHER, LIMITED)
        clock.pass_seconds(LOOK_EVERY_S)
        assert set(here.resting([ONE, OTHER])) == {ONE.id, OTHER.id}


@pytest.mark.parametrize(
    "garbage",
    [b"not json", b'{"model:acme/one": 1' + b"0" * 400 + b"}", b"[]", b'{"model:acme/one": "soon"}', b"\x80\x04K\x01."],
)
def test_garbage_in_the_shared_cache_is_nothing(garbage: bytes):
    clock = FakeClock()
    shared = memory(clock)
    shared.set(NAME, garbage, 60)
    cooling = Cooling(clock, shared, SECRET)
    assert cooling.wait_s(ONE) == 0
    cooling.failed(ONE, LIMITED)
    assert cooling.wait_s(ONE) == pytest.approx(60)


def test_a_clock_that_jumps_back_does_not_rest_a_model_for_longer():
    clock = FakeClock()
    cooling = Cooling(clock)
    cooling.failed(ONE, LIMITED)
    clock.time -= 3600
    assert cooling.wait_s(ONE) == 0


def test_installations_that_share_a_redis_do_not_hear_of_each_other():
    clock = FakeClock()
    shared = memory(clock)
    Cooling(clock, shared, SECRET).failed(ONE, LIMITED)
    assert Cooling(clock, shared, SECRET).wait_s(ONE) == pytest.approx(60)
    assert Cooling(clock, shared, b"another").wait_s(ONE) == 0


SHORTER = ProviderFailed(Failure.RATE_LIMITED)
"""A failure after which it is left alone for seconds only."""


def test_a_later_failure_does_not_take_back_how_long_a_provider_asked_for():
    cooling = Cooling(FakeClock())
    cooling.failed(ONE, LIMITED)
    cooling.failed(ONE, SHORTER)
    assert cooling.wait_s(ONE) == pytest.approx(60)


@pytest.mark.parametrize(("here", "there"), [(LIMITED, SHORTER), (SHORTER, LIMITED)])
def test_of_what_two_processes_have_noted_the_longer_holds(here: ProviderFailed, there: ProviderFailed):
    clock = FakeClock()
    shared = memory(clock)
    one, other = Cooling(clock, shared, SECRET), Cooling(clock, shared, SECRET)
    one.failed(ONE, here)
    shared.delete(NAME)
    other.failed(ONE, there)
    clock.pass_seconds(LOOK_EVERY_S)
    assert one.wait_s(ONE) == pytest.approx(59)


def test_what_is_written_holds_only_what_still_rests():
    clock = FakeClock()
    shared = memory(clock)
    over, beyond = clock.now() + 1, clock.now() + 2 * MOST_S
    shared.set(NAME, json.dumps({"model:over": over, "model:beyond": beyond, "model:ever": float("inf")}).encode(), 60)
    cooling = Cooling(clock, shared, SECRET)
    clock.pass_seconds(2)
    cooling.failed(ONE, LIMITED)
    assert json.loads(shared.get(NAME) or b"") == {f"model:{ONE.id}": clock.now() + 60}


def test_who_has_recovered_does_not_rest_anew_when_the_clock_jumps_back():
    clock = FakeClock()
    cooling = Cooling(clock)
    cooling.failed(ONE, LIMITED)
    clock.pass_seconds(61)
    cooling.failed(OTHER, LIMITED)
    clock.time -= 30
    assert cooling.wait_s(ONE) == 0
