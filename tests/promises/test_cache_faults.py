"""F1 and F2: with Redis away or full of garbage the answer is the same, and says that the cache was not there."""

from __future__ import annotations

import pytest
from redis import Redis

from llm_router.local.functions import load_module
from tests.support.service import Service, service
from tests.support.valkey import free_port, replying, running, silent_listener

PROMPT = {"prompt": "Write a Python function to sort a list"}
TIMES = ("ms", "cached", "degraded")


def without_times(found: dict) -> dict:
    return {name: value for name, value in found.items() if name not in TIMES}


def plain() -> dict:
    with service() as api:
        return without_times(api.post("/classify", PROMPT).json)


def same_answer_but_degraded(api: Service) -> None:
    expected = plain_answer
    reply = api.post("/classify", PROMPT)
    assert reply.status == 200
    assert without_times(reply.json) == expected
    assert reply.json["degraded"] == ["cache"]
    routed = api.post("/route", PROMPT).json
    assert routed["degraded"] == ["cache"]


plain_answer: dict = {}


@pytest.fixture(scope="module", autouse=True)
def _plain_answer():
    plain_answer.update(plain())


def test_f1_a_refused_redis_costs_nothing_but_the_cache():
    with service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(free_port())) as api:
        same_answer_but_degraded(api)


def test_f1_a_silent_redis_costs_nothing_but_the_cache():
    with silent_listener() as port, service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(port)) as api:
        same_answer_but_degraded(api)


@pytest.mark.parametrize("code", ["NOAUTH", "READONLY", "OOM", "LOADING"])
def test_f1_a_redis_that_refuses_costs_nothing_but_the_cache(code: str):
    with replying(f"-{code} no\r\n".encode()) as port, service(REDIS_URL=f"redis://127.0.0.1:{port}/0") as api:
        same_answer_but_degraded(api)


GARBAGE = {
    "not JSON": b"\xff\xfe garbage",
    "another schema": b'{"category": "coding"}',
    "too short": b'["coding"]',
    "wrong types": b'["coding","coding","easy","hybrid","high",null,{},0,0,0,"direct",1,1]',
    "chances past one": b'["coding","coding","easy","hybrid",5,null,{},0,0,0,"direct",1,1]',
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "five megabytes": b"[" * 5_000_000,
    "deep nesting": b"[" * 50_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_f2_garbage_in_redis_is_a_miss_and_is_replaced(garbage: bytes):
    port = free_port()
    with running(port), Redis(port=port) as other, service(REDIS_URL=f"redis://127.0.0.1:{port}/0") as api:
        api.post("/classify", PROMPT)
        (name,) = other.keys()
        other.set(name, garbage)
        load_module(api.template.functions["ClassifyFunction"]).service.cache().near.delete(name.decode())
        reply = api.post("/classify", PROMPT).json
        assert reply["cached"] is False
        assert without_times(reply) == plain_answer
        held = other.get(name)
        assert held is not None
        assert held != garbage
        assert api.post("/classify", PROMPT).json["cached"] is True


def test_a_second_function_finds_what_the_first_one_cached():
    port = free_port()
    with running(port), service(REDIS_URL=f"redis://127.0.0.1:{port}/0") as api:
        assert api.post("/classify", PROMPT).json["cached"] is False
        assert api.post("/route", PROMPT).json["cached"] is True


def test_nothing_of_a_prompt_is_in_redis():
    port = free_port()
    with running(port), Redis(port=port) as other, service(REDIS_URL=f"redis://127.0.0.1:{port}/0") as api:
        api.post("/classify", {"prompt": "canaryzebra and a sorting function"})
        for name in list(other.scan_iter()):
            assert b"canaryzebra" not in name + (other.get(name) or b"")
