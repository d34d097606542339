"""Which of the sources' names become which of our ids by the tables, and what a legal name is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.identifiers import is_legal_id, name_problem
from llm_router.catalogue.joining import join
from llm_router.catalogue.merge import merge
from llm_router.catalogue.records import Facts, Listing, Reading
from llm_router.catalogue.tables import make_tables, tables
from tests.support.sources import TODAY


def _listed(source: str, *names: tuple[str, str]) -> Reading:
    listings = [Listing(provider, name, Facts(input_usd_per_mtok=1.0)) for provider, name in names]
    return Reading(source, 1, TODAY, listings=listings)


JOINS = [
    ("litellm", ("gemini", "gemini/gemini-2.5-flash"), "google/gemini-2.5-flash"),
    ("litellm", ("anthropic", "claude-sonnet-4-6"), "anthropic/claude-sonnet-4-6"),
    ("openrouter", ("anthropic", "claude-sonnet-4.6"), "anthropic/claude-sonnet-4.6"),
    ("models_dev", ("togetherai", "zai-org/GLM-5.2"), "together/glm-5.2"),
    ("litellm", ("fireworks_ai", "fireworks_ai/accounts/fireworks/models/glm-5p2"), "fireworks/glm-5p2"),
    ("litellm", ("bedrock_converse", "amazon.nova-lite-v1:0"), "bedrock/amazon.nova-lite-v1:0"),
    ("openrouter", ("minimax", "minimax-m2.5"), "openrouter/minimax-m2.5"),
]


@pytest.mark.parametrize(("source", "name", "expected"), JOINS)
def test_a_sources_name_becomes_our_id(source: str, name: tuple[str, str], expected: str):
    assert list(join([_listed(source, name)], [], tables())) == [expected]


def test_one_offering_is_one_entry_however_sources_write_its_name():
    readings = [
        replace(_listed("litellm", ("anthropic", "claude-sonnet-4-6")), priority=40),
        replace(_listed("openrouter", ("anthropic", "claude-sonnet-4.6")), priority=20),
        replace(_listed("models_dev", ("anthropic", "claude-sonnet-4-6")), priority=30),
    ]
    (found,) = join(readings, [], tables()).values()
    assert [said.source for said in found.statements] == ["litellm", "models_dev", "openrouter"]


def test_an_entry_keeps_its_id_when_a_source_that_writes_it_otherwise_is_the_only_one_left():
    known = ModelEntry("anthropic/claude-sonnet-4-6", "anthropic", "Claude", api_alias="claude-sonnet-4-6")
    assert list(join([_listed("openrouter", ("anthropic", "claude-sonnet-4.6"))], [known], tables())) == [known.id]


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("openai", "ft:gpt-4o-mini-2024-07-18"),
        ("openai", "gpt-4o-audio-preview"),
        ("openai", "gpt-4o-2024-08-06"),
        ("groq", "groq/llama-guard-3-8b"),
        ("bedrock", "us.amazon.nova-lite-v1:0"),
        ("nobody", "some-model"),
    ],
)
def test_what_is_no_general_chat_model_of_a_known_provider_is_left_out(provider: str, name: str):
    assert join([_listed("litellm", (provider, name))], [], tables()) == {}


def test_what_the_catalogue_holds_is_kept_up_to_date_whatever_the_rules_leave_out():
    own = ModelEntry("openai/gpt-4o-2024-08-06", "openai", "GPT-4o", api_alias="gpt-4o-2024-08-06")
    assert list(join([_listed("litellm", ("openai", "gpt-4o-2024-08-06"))], [own], tables())) == [own.id]


def test_an_offering_in_one_region_never_stands_in_for_the_offering_itself():
    names = [("bedrock_converse", "amazon.nova-lite-v1:0"), ("bedrock", "bedrock/us-gov-west-1/amazon.nova-lite-v1:0")]
    (first,) = join([_listed("litellm", *names)], [], tables()).values()
    known = merge(first, tables(), TODAY)
    assert known.api_alias == "amazon.nova-lite-v1:0"
    (again,) = join([_listed("litellm", *names)], [known], tables()).values()
    assert again == first


@pytest.mark.parametrize(
    ("name", "family"),
    [
        *[
            (name, "o200k")
            for name in ("gpt-4.1", "gpt-4.1-mini", "gpt-4.1-2025-04-14", "gpt-4.5", "gpt-4o", "gpt-5.2")
        ],
        *[(name, "cl100k") for name in ("gpt-4", "gpt-4-turbo", "gpt-4-0613", "gpt-4-1106-preview", "gpt-3.5-turbo")],
    ],
)
def test_a_model_of_openais_counts_tokens_as_its_generation_does(name: str, family: str):
    found = tables().family(name)
    assert found is not None
    assert found.tokenizer == family


def test_two_models_may_not_claim_one_name():
    rules = {"provider": {}, "skip": {"patterns": ["x^"]}, "slugs": {"rules": []}, "families": {"rules": []}}
    with pytest.raises(ValueError, match="two models"):
        make_tables(rules, {"a": {"name": "A", "names": ["c"]}, "b": {"name": "B", "names": ["c"]}})
    with pytest.raises(ValueError, match="predecessor"):
        make_tables(rules, {"a": {"name": "A", "predecessor": "z"}})


def test_every_predecessor_line_ends():
    for model in tables().models.values():
        seen = {model.key}
        while model.predecessor is not None:
            model = tables().models[model.predecessor]
            assert model.key not in seen
            seen.add(model.key)


@given(st.text(max_size=300))
def test_a_legal_id_can_stand_in_a_path_a_log_and_a_page(text):
    if is_legal_id(text):
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set(" <>\"'&%?#\\")
        assert ".." not in text
        assert "//" not in text
        assert text[0].isalnum()


@given(st.text(max_size=300))
def test_a_name_that_may_be_shown_holds_no_markup_and_nothing_invisible(text):
    if name_problem(text) is None:
        assert text.isprintable()
        assert not set(text) & set('<>"`')
