"""F1 and F2: with Redis away or full of garbage the answer is the same, and says that the cache was not there."""

from __future__ import annotations

import pytest
from redis import Redis

from llm_router.adapters.redis_cache import OPEN_S
from llm_router.adapters.tiered import TieredCache
from llm_router.local.functions import load_module
from llm_router.ports import Cache
from tests.support.clock import FakeClock
from tests.support.fault_proxy import Says, Trouble, fault_proxy
from tests.support.loopback import free_port
from tests.support.service import Service, service
from tests.support.valkey import running

pytestmark = pytest.mark.usefixtures("clock")

PROMPT = {"prompt": "Write a Python function to sort a list"}
OTHER = {"prompt": "Why is the sky blue?"}
TIMES = ("ms", "cached", "degraded")


def without_times(found: dict) -> dict:
    return {name: value for name, value in found.items() if name not in TIMES}


def address(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"


def near_cache(api: Service) -> Cache:
    """What the running classify function keeps for itself."""
    found = load_module(api.template.functions["ClassifyFunction"]).service.cache()
    assert isinstance(found, TieredCache)
    return found.near


def plain() -> dict:
    with service() as api:
        return without_times(api.post("/classify", PROMPT).json)


plain_answer: dict = {}


@pytest.fixture(scope="module", autouse=True)
def _plain_answer():
    plain_answer.update(plain())


# What drips is slow to test: tests/contract/test_cache.py has it, once.
TROUBLES: dict[str, Trouble | Says] = {
    **{trouble.value: trouble for trouble in Trouble if trouble is not Trouble.DRIP},
    **{code: Says(f"-{code} no\r\n".encode()) for code in ("NOAUTH", "READONLY", "OOM", "LOADING")},
}


def classified(api: Service) -> list[str]:
    """What is degraded in an answer that must otherwise be the same as ever."""
    reply = api.post("/classify", PROMPT)
    assert reply.status == 200
    assert without_times(reply.json) == plain_answer
    return reply.json["degraded"]


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_f1_a_redis_in_trouble_is_found_out_once_costs_nothing_but_the_cache_and_is_used_again(
    trouble: Trouble | Says, clock: FakeClock
):
    port = free_port()
    # With a near cache of one entry, the other prompt's pushes this one's out.
    settings = {"CACHE_ENTRIES": "1"}
    with running(port), fault_proxy(port) as proxy, service(REDIS_URL=address(proxy.port), **settings) as api:
        assert classified(api) == []
        api.post("/classify", OTHER)
        assert api.post("/classify", PROMPT).json["cached"] is True
        api.post("/classify", OTHER)
        proxy.does(trouble)
        classified(api)
        tried = (proxy.connections, proxy.requests)
        assert api.post("/classify", OTHER).json["degraded"] == ["cache"]
        assert classified(api) == ["cache"]
        assert (proxy.connections, proxy.requests) == tried
        proxy.mends()
        clock.pass_seconds(OPEN_S)
        api.post("/classify", OTHER)
        assert classified(api) == []


@pytest.mark.parametrize("trouble", [Trouble.REFUSE, Trouble.HANG, Says(b"+OK\r\n")], ids=["refuse", "hang", "lie"])
def test_f1_on_a_cold_start_a_redis_in_trouble_costs_nothing_but_the_cache(trouble: Trouble | Says):
    port = free_port()
    with running(port), fault_proxy(port) as proxy:
        proxy.does(trouble)
        with service(REDIS_URL=address(proxy.port)) as api:
            assert classified(api) == ["cache"]
            assert api.post("/route", PROMPT).json["degraded"] == ["cache"]


GARBAGE = {
    "not JSON": b"\xff\xfe garbage",
    "another schema": b'{"category": "coding"}',
    "too short": b'["coding"]',
    "wrong types": b'["coding","coding","easy","hybrid","high",null,{},0,0,0,"direct",1,1]',
    "chances past one": b'["coding","coding","easy","hybrid",5,null,{},0,0,0,"direct",1,1]',
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "a category without bytes": b'["\\ud800","coding","easy","hybrid",1,null,{},0,0,0,"direct",1,1]',
    "more tokens than a float holds": b'["coding","coding","easy","hybrid",1,null,{},0,0,0,"direct",1'
    + b"0" * 400
    + b",1]",
    "five megabytes": b"[" * 5_000_000,
    "deep nesting": b"[" * 50_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_f2_garbage_in_redis_is_a_miss_and_is_replaced(garbage: bytes):
    port = free_port()
    with running(port), Redis(port=port) as other, service(REDIS_URL=address(port)) as api:
        api.post("/classify", PROMPT)
        (name,) = other.keys()
        other.set(name, garbage)
        near_cache(api).delete(name.decode())
        reply = api.post("/classify", PROMPT).json
        assert reply["cached"] is False
        assert without_times(reply) == plain_answer
        held = other.get(name)
        assert held is not None
        assert held != garbage
        assert api.post("/classify", PROMPT).json["cached"] is True


def test_f2_a_key_of_another_type_is_a_miss_and_is_replaced():
    port = free_port()
    with running(port), Redis(port=port) as other, service(REDIS_URL=address(port)) as api:
        api.post("/classify", PROMPT)
        (name,) = other.keys()
        other.delete(name)
        other.rpush(name, "x")
        near_cache(api).delete(name.decode())
        assert classified(api) == []
        assert other.type(name) == b"string"


def test_a_second_function_finds_what_the_first_one_cached():
    port = free_port()
    with running(port), service(REDIS_URL=address(port)) as api:
        assert api.post("/classify", PROMPT).json["cached"] is False
        assert api.post("/route", PROMPT).json["cached"] is True


def test_nothing_of_a_prompt_is_in_redis():
    port = free_port()
    with running(port), Redis(port=port) as other, service(REDIS_URL=address(port)) as api:
        api.post("/classify", {"prompt": "canaryzebra and a sorting function"})
        names = list(other.scan_iter())
        assert names
        for name in names:
            assert b"canaryzebra" not in name + (other.get(name) or b"")
