"""Every command of docs/generation.md is taken, and what the page says of its answers holds."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from llm_router.settings import Settings
from tests.support.service import ADMIN_KEY, Reply, Service, service

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "generation.md").read_text("utf-8")
COMMANDS = [block for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, re.M | re.S) if block.startswith("curl")]


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    with service(DEMO_PROVIDER="true") as running:
        yield running


def send(api: Service, command: str) -> Reply:
    """What a curl command of the page would send to the local service; requests without a key go as the admin's."""
    words = shlex.split(command.replace("\\\n", " ").replace("ADMIN_KEY", ADMIN_KEY))
    address = urlsplit(words[1])
    assert (address.hostname, address.port) == ("127.0.0.1", 8080)
    pairs = [words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H"]
    headers = {"authorization": f"Bearer {ADMIN_KEY}", **dict(pairs)}
    return api.send("POST", address.path, words[words.index("-d") + 1].encode(), headers)


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_every_command_is_answered(api: Service, command: str):
    reply = send(api, command)
    assert reply.status == 200
    if '"stream": true' in command:
        assert reply.body.endswith(b"data: [DONE]\n\n")
    elif "tool_choice" in command:
        assert reply.json["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "weather"
    elif "/keys" in command:
        assert reply.json["key"]
    else:
        assert "demo answer" in reply.body.decode()


def test_asked_twice_what_is_once_only_is_replayed_and_what_is_cached_costs_nothing(api: Service):
    once = next(command for command in COMMANDS if "idempotency-key" in command)
    assert send(api, once).body == send(api, once).body
    cached = next(command for command in COMMANDS if '"cache"' in command)
    assert [send(api, cached).json["router"]["cached"] for _ in range(2)][1] is True


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\b([A-Z]+_[A-Z_]+)\b", GUIDE)) - {"ADMIN_KEY"}))
def test_every_setting_that_the_page_names_is_one(name: str):
    assert name.lower() in Settings.model_fields
