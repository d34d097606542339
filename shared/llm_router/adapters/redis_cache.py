"""Redis or Valkey as a cache that may be away: short time-outs, no retries, a breaker, never an exception."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import ResponseError
from redis.retry import Retry

from llm_router.adapters.connecting import addresses, connected
from llm_router.breaker import Breaker, BreakerState
from llm_router.ports import Clock
from llm_router.typical import Typical

TIMEOUT_S = 0.05
SLOW_S = 1.0
"""The time-out bounds connecting, once the name is looked up, and each wait for bytes, which a server that drips keeps.
An answer that took longer than this in all is used, and counts as a failure."""

OPEN_S = 30.0
MARGIN_S = 0.001
"""How much longer than making a value anew it may take: gaining less is not worth working the same out twice."""

ASKED_ALL_THE_SAME = 32
"""While it is slower than making a value anew, one in so many is asked for."""

MAX_VALUE = 64 * 1024
"""Bytes; what we cache is below 2 kB, so anything larger is not ours and counts as garbage."""


def _silently() -> None:
    return


class _Plain(Connection):
    """A connection that is made within one time-out once its name is looked up, however many addresses the host has."""

    def _connect(self) -> socket.socket:
        connection = connected(addresses(self.host, self.port), TIMEOUT_S)
        if self.socket_keepalive:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in self.socket_keepalive_options.items():
                connection.setsockopt(socket.IPPROTO_TCP, option, value)
        connection.settimeout(TIMEOUT_S)
        return connection


class _Secured(SSLConnection, _Plain):
    """The same with TLS over it."""


_ANOTHER_TYPE = "WRONGTYPE"
"""How Redis's refusal to get a list, a set or the like begins: who wrote it there was not us."""

_CONNECTIONS = {"redis": _Plain, "rediss": _Secured, "unix": UnixDomainSocketConnection}


class RedisCache:
    """A `Cache` shared by all processes. One failure opens its breaker for 30 s, in which it costs nothing.

    `warn` hears of each failure, `recovered` of the first success after one.
    """

    def __init__(
        self, address: str, clock: Clock, warn: Callable[[str], None], recovered: Callable[[], None] = _silently
    ) -> None:
        self._recovered = recovered
        self._clock = clock
        self._breaker = Breaker(clock, failures=1, open_s=OPEN_S)
        self._warn = warn
        self._takes = Typical(0.0)
        self._passed_over = 0
        self._client = Redis.from_url(
            address,
            connection_class=_CONNECTIONS[address.partition(":")[0]],
            socket_connect_timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            retry_on_timeout=False,
            health_check_interval=0,
        )

    @property
    def available(self) -> bool:
        return self._breaker.state is BreakerState.CLOSED

    def get(self, key: str, worth_s: float = math.inf) -> bytes | None:
        if self._is_slower_than(worth_s) and not self._is_asked_all_the_same():
            return None
        found = self._asked(lambda: self._held(key))
        if not isinstance(found, bytes):
            return None
        if len(found) > MAX_VALUE:
            self.delete(key)
            return None
        return found

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        if len(value) > MAX_VALUE:
            self.delete(key)
        elif not self._is_slower_than(worth_s):
            self._asked(lambda: self._client.set(key, value, px=max(1, int(ttl_s * 1000))))

    def delete(self, key: str) -> None:
        self._asked(lambda: self._client.delete(key))

    def _held(self, key: str) -> object:
        """What Redis has there; what is not a value is garbage, and goes at once."""
        try:
            return self._client.get(key)
        except ResponseError as refusal:
            if not str(refusal).startswith(_ANOTHER_TYPE):
                raise
            self._client.delete(key)
            return None

    def _is_slower_than(self, worth_s: float) -> bool:
        return self._takes.seconds > worth_s + MARGIN_S

    def _is_asked_all_the_same(self) -> bool:
        """Every so often: it may have become faster."""
        self._passed_over += 1
        return self._passed_over % ASKED_ALL_THE_SAME == 0

    def _asked(self, call: Callable[[], object]) -> object:
        if not self._breaker.allows():
            return None
        began = self._clock.monotonic()
        try:
            answer: object = call()
        except Exception as failure:  # noqa: BLE001 - a server that breaks its protocol breaks the client anywhere
            self._failed(type(failure).__name__)
            # One whose greeting failed lies among the free ones, and would be used as if it had been greeted.
            self._client.connection_pool.disconnect(inuse_connections=False)
            return None
        took = self._clock.monotonic() - began
        if took > SLOW_S:
            self._failed("Slow")
            return answer
        self._takes.add(took)
        was_away = not self.available
        self._breaker.succeeded()
        if was_away:
            self._recovered()
        return answer

    def _failed(self, how: str) -> None:
        self._breaker.failed()
        self._warn(f"The cache does not answer ({how}); going on without it for {OPEN_S:.0f} s.")
