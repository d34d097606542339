"""F3: Redis is killed under load and comes back empty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.clock import FakeClock
from tests.support.loopback import free_port
from tests.support.service import Service, service
from tests.support.valkey import running

PROMPTS = [{"prompt": f"Write a Python function to sort list number {number}"} for number in range(20)]
BACK_WITHIN_S = 35.0


def hits(api: Service) -> int:
    """How many of the prompts are found in the shared cache, asked by four at once; every one must be answered."""
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda body: api.post("/classify", body), PROMPTS))
    assert [reply.status for reply in replies] == [200] * len(PROMPTS)
    return sum(reply.json["cached"] for reply in replies)


def test_f3_a_redis_that_dies_and_comes_back_costs_no_request_and_is_used_again(clock: FakeClock):
    port = free_port()
    # With a near cache of one entry, nearly every hit is the shared cache's.
    with service(REDIS_URL=f"redis://127.0.0.1:{port}/0", CACHE_ENTRIES="1") as api:
        with running(port) as server, ThreadPoolExecutor(1) as pool:
            assert api.get("/classify/health").status == 200
            hits(api)
            before = hits(api)
            assert before >= 19
            under_way = pool.submit(lambda: [hits(api) for _ in range(3)])
            server.stop()
            assert len(under_way.result()) == 3
        assert hits(api) <= 1
        with running(port):
            clock.pass_seconds(BACK_WITHIN_S)
            for _ in range(2):  # while one probe finds out that it is back, the others go on without it
                hits(api)
            assert hits(api) >= 0.9 * before
