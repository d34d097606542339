"""One time-out for connecting, however many addresses a host has."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from llm_router.adapters.aws import AwsClients
from llm_router.adapters.connecting import addresses, connected
from llm_router.adapters.https import HttpsTransport
from llm_router.adapters.redis_cache import TIMEOUT_S, RedisCache
from tests.support.clock import FakeClock
from tests.support.loopback import HOST, free_port

ADDRESSES = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4")
HANGS, REFUSES = TimeoutError, ConnectionRefusedError
BUDGET_S = 8.0


class World:
    """A host with several addresses, whose connections end at once and take as long as they may on a clock of ours."""

    def __init__(self, ends: Sequence[type[OSError] | None], lookup_s: float = 0.0) -> None:
        self.ends = dict(zip(ADDRESSES, ends, strict=False))
        self.lookup_s = lookup_s
        self.seconds = 0.0
        self.slept = 0.0
        self.tried: list[tuple[str, float]] = []
        self.left_open = 0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def lookup(self, _host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.seconds += self.lookup_s
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.ends]

    def socket(self, *_: object) -> FakeSocket:
        self.left_open += 1
        return FakeSocket(self)


class FakeSocket:
    def __init__(self, world: World) -> None:
        self.world = world
        self.timeout_s = 0.0

    def setsockopt(self, *_: int) -> None: ...

    def settimeout(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s

    def connect(self, address: tuple[str, int]) -> None:
        self.world.tried.append((address[0], self.timeout_s))
        end = self.world.ends[address[0]]
        if end is HANGS:
            self.world.seconds += self.timeout_s
        if end is not None:
            raise end

    def close(self) -> None:
        self.world.left_open -= 1


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    def of(*ends: type[OSError] | None, lookup_s: float = 0.0) -> World:
        world = World(ends, lookup_s)
        monkeypatch.setattr(time, "monotonic", world.monotonic)
        monkeypatch.setattr(time, "sleep", world.sleep)
        monkeypatch.setattr(socket, "getaddrinfo", world.lookup)
        monkeypatch.setattr(socket, "socket", world.socket)
        return world

    return of


def test_the_first_address_that_answers_is_taken(host: Callable[..., World]):
    world = host(REFUSES, None, None)
    connected(addresses("cache.example", 6379), BUDGET_S)
    assert [address for address, _ in world.tried] == list(ADDRESSES[:2])
    assert world.left_open == 1


@pytest.mark.parametrize("count", [1, 2, 4])
def test_addresses_that_all_hang_take_the_time_of_one(host: Callable[..., World], count: int):
    world = host(*[HANGS] * count)
    with pytest.raises(TimeoutError):
        connected(addresses("cache.example", 6379), BUDGET_S)
    assert len(world.tried) == count
    assert world.seconds == pytest.approx(BUDGET_S)
    assert world.left_open == 0


def test_an_address_that_hangs_leaves_time_for_the_next_which_has_all_that_is_left(host: Callable[..., World]):
    world = host(HANGS, None)
    connected(addresses("cache.example", 6379), BUDGET_S)
    assert [timeout_s for _, timeout_s in world.tried] == [BUDGET_S / 2, BUDGET_S / 2]
    world = host(REFUSES, None)
    connected(addresses("cache.example", 6379), BUDGET_S)
    assert [timeout_s for _, timeout_s in world.tried] == [BUDGET_S / 2, BUDGET_S]


def test_however_many_addresses_follow_the_first_has_half_the_time(host: Callable[..., World]):
    world = host(HANGS, HANGS, None)
    connected(addresses("cache.example", 6379), BUDGET_S)
    assert [timeout_s for _, timeout_s in world.tried] == [BUDGET_S / 2, BUDGET_S / 4, BUDGET_S / 4]


def test_a_name_that_takes_long_to_look_up_leaves_a_source_all_its_time(host: Callable[..., World]):
    world = host(HANGS, lookup_s=2 * BUDGET_S)
    with pytest.raises(TimeoutError):
        HttpsTransport(ssl.create_default_context()).get("source.example", "/", {}, BUDGET_S)
    assert world.tried == [(ADDRESSES[0], BUDGET_S)]


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_a_name_that_takes_long_to_look_up_leaves_the_cache_all_its_time(host: Callable[..., World], scheme: str):
    world = host(HANGS, lookup_s=2 * TIMEOUT_S)
    assert RedisCache(f"{scheme}://cache.example:6379/0", FakeClock(), lambda _: None).get("key") is None
    assert world.tried == [(ADDRESSES[0], pytest.approx(TIMEOUT_S))]


def test_what_refuses_is_told_as_it_was(host: Callable[..., World]):
    host(REFUSES, REFUSES)
    with pytest.raises(ConnectionRefusedError):
        connected(addresses("cache.example", 6379), BUDGET_S)


def test_a_name_without_addresses_is_an_error_of_the_network(host: Callable[..., World]):
    host()
    with pytest.raises(OSError, match="no address"):
        connected(addresses("cache.example", 6379), BUDGET_S)


def test_a_source_is_connected_to_within_its_time_out_in_all(host: Callable[..., World]):
    world = host(*[HANGS] * 4)
    with pytest.raises(TimeoutError):
        HttpsTransport(ssl.create_default_context()).get("source.example", "/", {}, BUDGET_S)
    assert sum(timeout_s for _, timeout_s in world.tried) == pytest.approx(BUDGET_S)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_the_cache_is_connected_to_within_its_time_out_in_all(host: Callable[..., World], scheme: str):
    world = host(*[HANGS] * 3)
    warned: list[str] = []
    assert RedisCache(f"{scheme}://cache.example:6379/0", FakeClock(), warned.append).get("key") is None
    assert len(world.tried) == 3
    assert sum(timeout_s for _, timeout_s in world.tried) == pytest.approx(TIMEOUT_S)
    assert len(warned) == 1


AWS_CALLS: dict[str, tuple[Callable[[AwsClients], object], int, float]] = {
    "dynamodb": (lambda aws: aws.dynamodb().list_tables(), 2, 0.7),
    "dynamodb, once": (lambda aws: aws.dynamodb_once().list_tables(), 1, 0.7),
    "s3": (lambda aws: aws.s3().list_buckets(), 1, 1.0),
    "secrets": (lambda aws: aws.secrets().list_secrets(), 2, 0.7),
}
"""A call of each client, how many attempts it makes, and what each of them may take to connect."""


@pytest.fixture(params=["https://aws.example", "http://aws.example"])
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AwsClients:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return AwsClients(request.param, FakeClock())


@pytest.mark.parametrize(("ask", "attempts", "timeout_s"), AWS_CALLS.values(), ids=AWS_CALLS.keys())
def test_an_aws_service_is_connected_to_within_its_time_out_in_all(
    host: Callable[..., World],
    aws: AwsClients,
    ask: Callable[[AwsClients], object],
    attempts: int,
    timeout_s: float,
):
    world = host(*[HANGS] * 4)
    with pytest.raises(ConnectTimeoutError):
        ask(aws)
    assert len(world.tried) == attempts * 4
    assert world.seconds == pytest.approx(attempts * timeout_s)
    assert world.left_open == 0


@pytest.mark.parametrize("ends", [(), (REFUSES, REFUSES)], ids=["no address", "nobody listens"])
def test_an_aws_service_that_cannot_be_connected_to_is_told_as_botocore_does(
    host: Callable[..., World], aws: AwsClients, ends: tuple[type[OSError], ...]
):
    host(*ends)
    with pytest.raises(EndpointConnectionError):
        aws.s3().list_buckets()


def test_a_cache_behind_a_socket_in_the_file_system_has_no_addresses():
    warned: list[str] = []
    cache = RedisCache("unix:///nowhere/redis.sock", FakeClock(), warned.append)
    assert cache.get("key") is None
    assert len(warned) == 1


def test_a_real_connection_can_be_written_to():
    with socket.create_server((HOST, free_port())) as listener:
        port = listener.getsockname()[1]
        with connected(addresses(HOST, port), BUDGET_S) as here, listener.accept()[0] as there:
            here.sendall(b"hello")
            assert there.recv(5) == b"hello"
