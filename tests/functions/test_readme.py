"""The README's commands and its JSON are what the service takes and gives."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.service import Service

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def shape(value: object) -> object:
    """Names and types, without values; a list is as its first element."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_the_curl_of_the_readme_gives_the_json_of_the_readme(api: Service):
    (command,) = [block for block in blocks("sh") if block.startswith("curl")]
    words = shlex.split(command.replace("\\\n", " "))
    address = urlsplit(words[1])
    assert (address.hostname, address.port) == ("127.0.0.1", 8080)
    reply = api.post(address.path, words[words.index("-d") + 1].encode())
    assert reply.status == 200
    (shown,) = blocks("json")
    expected, given = json.loads(shown.replace('"…"', "null").replace("…", "")), reply.json
    assert list(expected) == list(given)
    for name in ("classification", "recommended_model"):
        assert shape(expected[name]) == shape(given[name])
    assert shape(expected["ranking"][0]) == shape(given["ranking"][0])
    assert expected["classification"]["category"] == given["classification"]["category"]
    assert expected["classification"]["difficulty"] == given["classification"]["difficulty"]
    assert expected["recommended_model"]["id"] == given["recommended_model"]["id"]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)", README))))
def test_every_make_target_that_the_readme_names_is_there(target: str):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:shared|layers|functions|tests|\.ci)/[\w./*-]+)`", README)))
)
def test_every_path_that_the_readme_names_is_there(path: str):
    assert list(ROOT.glob(path)), path
