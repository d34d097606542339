"""The README's curl and its JSON are what the service takes and gives."""

from __future__ import annotations

import json

from tests.support.pages import ROOT, blocks, commands, request
from tests.support.service import ADMIN_KEY, Service

README = ROOT / "README.md"


def shape(value: object) -> object:
    """Names and types, without values; a list is as its first element."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_the_curl_of_the_readme_gives_the_json_of_the_readme(api: Service):
    (command,) = [each for block in blocks("sh", README) for each in commands(block) if each.startswith("curl ")]
    sent = request(command, ADMIN_KEY)
    reply = api.send(sent.method, sent.path, sent.body, sent.headers)
    assert reply.status == 200
    (shown,) = blocks("json", README)
    expected, given = json.loads(shown.text.replace('"…"', "null").replace("…", "")), reply.json
    assert list(expected) == list(given)
    for name in ("classification", "recommended_model"):
        assert shape(expected[name]) == shape(given[name])
    assert shape(expected["ranking"][0]) == shape(given["ranking"][0])
    assert expected["classification"]["category"] == given["classification"]["category"]
    assert expected["classification"]["difficulty"] == given["classification"]["difficulty"]
    assert expected["recommended_model"]["id"] == given["recommended_model"]["id"]
