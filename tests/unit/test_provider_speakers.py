"""A row of the speakers' table names settings that exist and fields that somebody reads."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from llm_router.adapters.providers.configured import Speaker, Speakers, speakers
from llm_router.provider_settings import PROVIDER_SETTINGS


def test_every_setting_that_a_speaker_names_exists():
    named = {name for each in speakers().values() for name in (each.key_setting, each.url_setting) if name}
    assert named <= PROVIDER_SETTINGS


def test_a_speaker_like_another_has_its_quirks_and_an_address_of_its_own():
    azure, openai = speakers()["azure"], speakers()["openai"]
    assert azure.quirks == openai.quirks != Speaker().quirks
    assert (azure.base_url, azure.key_setting) == ("", "AZURE_OPENAI_API_KEY")


@pytest.mark.parametrize(
    "row", [{"base": ""}, {"quirks": {"leaves_out": []}}, {"quirks": {"names": "no"}}, {"path": 1}]
)
def test_a_speaker_s_row_has_no_field_that_nobody_reads(row: dict[str, object]):
    with pytest.raises(ValidationError):
        Speaker.model_validate_json(json.dumps(row))


QUIRKS = {"leave_out": ["seed"]}


@pytest.mark.parametrize(
    "rows",
    [
        {"a": {"quirks": QUIRKS}, "b": {"like": "a", "quirks": {"names": False}}},
        {"a": {"quirks": QUIRKS}, "b": {"like": "a"}, "c": {"like": "b"}},
        {"a": {"like": "a"}},
        {"a": {"like": "nobody"}},
    ],
    ids=["with quirks of its own", "of one that is like another", "of itself", "of nobody"],
)
def test_a_speaker_is_like_one_that_has_the_quirks_and_has_none_itself(rows: dict[str, object]):
    with pytest.raises(ValidationError):
        TypeAdapter(Speakers).validate_json(json.dumps(rows))
