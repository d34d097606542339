"""The `llm` command line, told of the router by its own way of naming OpenAI-compatible servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.provider_answers import Said
from tests.support.provider_faults import Fault
from tests.support.provider_server import ProviderServer
from tests.support.running import Running

LLM = Path(sys.executable).with_name("llm")


@pytest.fixture
def llm(running: Running, tmp_path: Path) -> dict[str, str]:
    """An environment in which `llm` knows the router as `router`, and nothing else."""
    model = {
        "model_id": "router",
        "model_name": "auto",
        "api_base": f"{running.url()}/v1",
        "api_key_name": "router",
        "supports_schema": True,
    }
    (tmp_path / "extra-openai-models.yaml").write_text(yaml.safe_dump([model]))
    (tmp_path / "keys.json").write_text(json.dumps({"router": running.admin_key}))
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LLM_USER_PATH": str(tmp_path)}


def ask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(LLM), "prompt", "-m", "router", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("arguments", [(), ("--no-stream",)], ids=["streaming", "whole"])
def test_it_answers(llm: dict[str, str], provider: ProviderServer, arguments: tuple[str, ...]):
    provider.then(Said("def f(): ..."))
    found = ask(llm, *arguments, "-s", "Be brief.", "Write a Python function to sort a list")
    assert (found.returncode, found.stdout.strip()) == (0, "def f(): ...")
    assert [message["role"] for message in provider.requests[-1].json["messages"]] == ["system", "user"]


def test_a_conversation_goes_on(llm: dict[str, str], provider: ProviderServer):
    provider.then(Said("Four."), Said("Five."))
    ask(llm, "What is two and two?")
    assert ask(llm, "-c", "And one more?").stdout.strip() == "Five."
    said = [message["content"] for message in provider.requests[-1].json["messages"]]
    assert said == ["What is two and two?", "Four.", "And one more?"]


def test_a_schema_gives_json_of_its_shape(llm: dict[str, str], provider: ProviderServer):
    provider.then(Said('{"city": "Rome", "country": "Italy"}'))
    found = ask(llm, "--schema", "city, country", "Name a city in Italy")
    assert json.loads(found.stdout) == {"city": "Rome", "country": "Italy"}
    assert provider.requests[-1].json["response_format"]["type"] == "json_schema"


def test_an_error_is_told_in_its_words(llm: dict[str, str], provider: ProviderServer):
    provider.always(Fault.BAD_REQUEST)
    found = ask(llm, "hello")
    assert found.returncode != 0
    assert "do not take this request" in found.stderr
