"""Addresses among the settings: what cannot be one is refused by name, and a password may hold anything."""

from __future__ import annotations

import pytest
from redis.connection import parse_url

from llm_router import settings
from llm_router.errors import ConfigurationError
from llm_router.settings import Settings


def load(**given: str) -> Settings:
    return settings.load({"STORE": "memory", **given})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("REDIS_HOST", "canary:6380"),
        ("REDIS_HOST", "user:canary@localhost"),
        ("REDIS_HOST", "localhost/canary"),
        ("REDIS_HOST", "[canary"),
        ("REDIS_URL", "redis://:canary/x@localhost:6379/0"),
        ("REDIS_URL", "redis://:1?canary@localhost"),
        ("REDIS_URL", "redis://user:1?canary@localhost"),
        ("REDIS_URL", "redis://user:1#canary@localhost"),
        ("REDIS_URL", "redis://user:1/canary@localhost"),
        ("AWS_ENDPOINT_URL", "http://canary:port"),
        ("AWS_ENDPOINT_URL", "canary:4566"),
        ("AWS_ENDPOINT_URL", "http://:4566/canary"),
    ],
)
def test_what_is_no_address_is_named_and_not_shown(setting: str, value: str):
    with pytest.raises(ConfigurationError) as refused:
        load(**{setting: value})
    assert setting in refused.value.message
    assert "canary" not in refused.value.message


@pytest.mark.parametrize("password", ["a/b#c?d@e:f", "100%41", "[x", "plain"])
def test_a_redis_password_may_hold_anything(password: str):
    address = load(REDIS_HOST="cache.local", REDIS_PASSWORD=password).redis_address
    assert parse_url(address) == {"host": "cache.local", "port": 6379, "db": 0, "password": password}


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_a_redis_host_may_be_an_ipv6_address(host: str):
    assert load(REDIS_HOST=host).redis_address == "redis://[::1]:6379/0"


@pytest.mark.parametrize(
    "address",
    [
        "redis://localhost",
        "rediss://user:p%40ss%2Fword@cache.example:6380/1",
        "redis://[::1]:6379/0",
        "redis://localhost?db=2",
        "redis://cache:6379/0?client_name=router@prod",
        "unix:///run/redis.sock?db=1",
        "unix:///run/a@b.sock",
        "unix://:secret@/run/redis.sock",
    ],
)
def test_a_redis_address_is_used_as_it_is(address: str):
    assert load(REDIS_URL=address).redis_address == address


@pytest.mark.parametrize("address", ["http://127.0.0.1:4566", "https://dynamodb.eu-west-1.amazonaws.com"])
def test_an_endpoint_is_used_as_it_is(address: str):
    assert load(AWS_ENDPOINT_URL=address).aws_endpoint_url == address
