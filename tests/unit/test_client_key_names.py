"""The name of a key is shown in tables, on terminals and on pages, and stays within its place there."""

from __future__ import annotations

import json

import pytest

from llm_router.errors import InvalidRequest
from llm_router.schemas.keys import KeyRequest
from llm_router.web.body import parse


@pytest.mark.parametrize(
    "name", ["\x1b[31mred\x1b]0;title\x07", "a\nb", "a\x00b", "a\x85b", "\u202eabc", "a\u2028b", "a\u2066b", "a\ufeffb"]
)
def test_the_name_of_a_key_does_nothing_to_a_terminal_or_to_what_stands_beside_it(name: str):
    refusal = "must be one line, without control and formatting characters"
    with pytest.raises(InvalidRequest) as refused:
        parse(KeyRequest, json.dumps({"name": name}).encode())
    assert [(field.path, field.problem) for field in refused.value.fields] == [("name", refusal)]


@pytest.mark.parametrize("name", ["Kundin Ä", "می\u200cخواهم", "क्\u200dष", "👨\u200d👩\u200d👧", "a <b> & 'c'"])
def test_the_name_of_a_key_is_in_whatever_language(name: str):
    assert KeyRequest(name=name).name == name
