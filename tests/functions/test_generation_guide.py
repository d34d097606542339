"""Every request of docs/generation.md is answered, and what the page says of the answers holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anthropic
import httpx2
import openai
import pytest

from llm_router.settings import Settings
from tests.support.pages import GENERATION, blocks, commands, request
from tests.support.provider_server import provider_server
from tests.support.service import ADMIN_KEY, Reply, Service, service

COMMANDS = [command for block in blocks("sh", GENERATION) for command in commands(block) if command.startswith("curl ")]
NAMES = set(re.findall(r"\b([A-Z]+_[A-Z_]+)\b", GENERATION.read_text("utf-8")))
CLIENTS = {"ADMIN_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"}
"""What those read who ask."""


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    with service(DEMO_PROVIDER="true") as running:
        yield running


def send(api: Service, command: str) -> Reply:
    """The answer to a curl of the page; requests without a key, or with a client's, go as the admin's."""
    sent = request(command, ADMIN_KEY, ADMIN_KEY)
    return api.send(sent.method, sent.path, sent.body, {"authorization": f"Bearer {ADMIN_KEY}", **sent.headers})


def test_every_block_of_commands_that_are_sent_is_taken_whole():
    text = GENERATION.read_text("utf-8")
    assert len(COMMANDS) == len(re.findall(r"^curl ", text, re.MULTILINE)) > 5


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_every_command_is_answered(api: Service, command: str):
    reply = send(api, command)
    assert reply.status == 200
    if '"stream": true' in command:
        assert reply.body.endswith(b"data: [DONE]\n\n")
    elif "tool_choice" in command:
        assert reply.json["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "weather"
    elif "/update" in command:
        assert reply.json["added"] == 1
    elif "/keys" in command:
        assert reply.json["key"]
    else:
        assert "demo answer" in reply.body.decode()


@pytest.mark.parametrize("block", blocks("python", GENERATION), ids=str)
def test_every_python_block_gets_an_answer(
    api: Service, block, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def carried(sent: httpx2.Request) -> httpx2.Response:
        assert (sent.url.host, sent.url.port) == ("127.0.0.1", 8080)
        reply = api.send(sent.method, sent.url.path, sent.content, dict(sent.headers))
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    with httpx2.Client(transport=httpx2.MockTransport(carried)) as wire:
        monkeypatch.setattr(openai, "OpenAI", partial(openai.OpenAI, http_client=wire))
        monkeypatch.setattr(anthropic, "Anthropic", partial(anthropic.Anthropic, http_client=wire))
        exec(compile(block.text.replace('"KEY"', repr(ADMIN_KEY)), str(block), "exec"), {})
    assert "demo answer" in capsys.readouterr().out


def test_a_local_model_answers_once_it_is_told_of_as_described_and_until_then_the_answer_says_what_is_missing(
    tmp_path: Path,
):
    ask = {"model": "auto", "messages": [{"role": "user", "content": "Hello!"}]}
    alone = {"STORE": "sqlite", "STATE_DIR": str(tmp_path), "DEMO_PROVIDER": "false"}
    with (
        provider_server() as server,
        service(OLLAMA_HOST=server.url, GROQ_API_KEY="no key", **alone) as api,
    ):
        refused = api.post("/v1/chat/completions", ask)
        assert (refused.status, refused.error) == (503, "provider_not_configured")
        assert refused.json["error"]["message"] == (
            "The catalogue has no model of the providers that are configured, ollama (GROQ_API_KEY is no key); "
            "a refresh may bring some, POST /update brings your own."
        )
        (update,) = [command for command in COMMANDS if "/update" in command]
        assert send(api, update).status == 200
        answered = api.post("/v1/chat/completions", ask)
        assert (answered.status, answered.json["model"]) == (200, "ollama/llama3.2:3b")
        assert server.requests[-1].json["model"] == "llama3.2:3b"


def test_asked_twice_what_is_once_only_is_replayed_and_what_is_cached_costs_nothing(api: Service):
    once = next(command for command in COMMANDS if "idempotency-key" in command)
    assert send(api, once).body == send(api, once).body
    cached = next(command for command in COMMANDS if '"cache"' in command)
    assert [send(api, cached).json["router"]["cached"] for _ in range(2)][1] is True


@pytest.mark.parametrize("name", sorted(NAMES - CLIENTS))
def test_every_setting_that_the_page_names_is_one(name: str):
    assert name.lower() in Settings.model_fields
