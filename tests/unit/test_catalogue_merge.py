"""Merging and the guards, as properties: order does not matter, twice is once, unknown is never 0."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_router.catalogue import guards
from llm_router.catalogue.entry import Capability, ModelEntry, Provenance
from llm_router.catalogue.identifiers import is_legal_id, name_problem
from llm_router.catalogue.joining import Joined, Statement, join
from llm_router.catalogue.merge import NUMBERS, merge
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Facts, Listing, Reading
from llm_router.catalogue.refresh import plan
from llm_router.catalogue.tables import make_tables, tables
from tests.support.sources import TODAY, reading

maybe = st.none() | st.floats(0, 1000)
facts = st.builds(
    Facts,
    display_name=st.none() | st.sampled_from(["One", "Uno"]),
    context_window=st.none() | st.integers(1, 10**7),
    max_output_tokens=st.none() | st.integers(1, 10**6),
    input_usd_per_mtok=maybe,
    output_usd_per_mtok=maybe,
    cached_input_usd_per_mtok=maybe,
    capabilities=st.none() | st.frozensets(st.sampled_from(list(Capability))),
    open_weights=st.none() | st.booleans(),
    deprecation_date=st.none() | st.sampled_from(["2026-01-01", "2027-01-01"]),
    time_to_first_token_ms=maybe,
)
SOURCES = {"operator": 100, "litellm": 40, "models_dev": 30, "openrouter": 20}
statements = st.lists(
    st.tuples(st.sampled_from(sorted(SOURCES)), facts), min_size=1, max_size=4, unique_by=lambda pair: pair[0]
).map(lambda pairs: tuple(Statement(name, SOURCES[name], TODAY, said) for name, said in pairs))


def merged(said: tuple[Statement, ...]) -> ModelEntry:
    return merge(Joined("openai/gpt-5", "openai", said), tables(), TODAY)


@given(statements, st.randoms())
def test_the_order_of_the_sources_does_not_matter(said, random):
    shuffled = list(said)
    random.shuffle(shuffled)
    assert merged(tuple(shuffled)) == merged(said)


@given(statements)
def test_saying_a_thing_twice_changes_nothing(said):
    assert merged(said + said) == merged(said)


@given(statements)
def test_every_known_field_tells_its_origin_and_what_nobody_says_is_unknown(said):
    found = merged(said)
    for name in NUMBERS:
        values = [getattr(statement.facts, name) for statement in said if getattr(statement.facts, name) is not None]
        assert (getattr(found, name) is None) == (not values)
        assert (name in found.provenance) == bool(values)
        if values:
            assert getattr(found, name) in values


@given(statements)
def test_the_weightier_source_wins(said):
    found = merged(said)
    for name in NUMBERS:
        speaking = [statement for statement in said if getattr(statement.facts, name) is not None]
        if speaking:
            best = max(speaking, key=lambda statement: statement.priority)
            assert getattr(found, name) == getattr(best.facts, name)
            assert found.provenance[name].source == best.source


def _entry(**values: Any) -> ModelEntry:
    origins = {name: Provenance("litellm", TODAY) for name in values}
    return replace(ModelEntry("p/m", "p", "M"), provenance=origins, **values)


prices = st.none() | st.floats(0, 5000)


@given(prices, prices)
def test_no_price_leaves_the_guard_impossible_or_far_from_its_last_good_value(before, after):
    last = None if before is None else min(before, 1000.0)
    held, doubts = guards.quarantine(_entry(input_usd_per_mtok=last), _entry(input_usd_per_mtok=after))
    found = held.input_usd_per_mtok
    if found is not None:
        assert 0 <= found <= 1000
        assert found == last or not guards.jumps(last, found)
    assert all(doubt.kept == last for doubt in doubts)


@given(st.floats(0.001, 200), st.floats(0.21, 4.9))
def test_an_ordinary_price_change_is_believed(before, factor):
    held, doubts = guards.quarantine(_entry(input_usd_per_mtok=before), _entry(input_usd_per_mtok=before * factor))
    assert doubts == []
    assert held.input_usd_per_mtok == before * factor


@given(st.floats(0.001, 50))
def test_ten_times_and_a_tenth_are_never_believed(before):
    for after in (before * 10, before / 10):
        held, doubts = guards.quarantine(_entry(input_usd_per_mtok=before), _entry(input_usd_per_mtok=after))
        assert held.input_usd_per_mtok == before
        assert len(doubts) == 1


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_fifth_may_go_and_no_more(before, after):
    assert guards.shrunk(before, after) == (before - after > before / 5)


few = settings(max_examples=15, deadline=None)
"""For properties of the whole refresh, which takes a tenth of a second."""

heard = cache(reading)


def _plan(readings: list[Reading], current: dict[str, ModelEntry]) -> dict[str, ModelEntry]:
    return dict(plan(readings, current, TODAY, tables(), quality_map()).models)


ALL = ["litellm", "models_dev", "openrouter", "lmarena", "livebench", "artificial_analysis", "operator"]


@few
@given(st.permutations(ALL))
def test_the_order_in_which_sources_are_read_does_not_matter(order):
    assert _plan([heard(name) for name in order], {}) == _plan([heard(name) for name in ALL], {})


@few
@given(st.lists(st.sampled_from(ALL), unique=True))
def test_planning_again_on_its_own_outcome_changes_nothing(names):
    readings = [heard(name) for name in names]
    once = _plan(readings, {})
    assert _plan(readings, once) == once


@few
@given(st.sets(st.sampled_from(ALL)))
def test_a_source_that_is_not_heard_takes_nothing_away(missing):
    full = _plan([heard(name) for name in ALL], {})
    after = _plan([heard(name) for name in ALL if name not in missing], full)
    assert after.keys() == full.keys()
    for name, entry in full.items():
        assert (after[name].input_usd_per_mtok is None) == (entry.input_usd_per_mtok is None)
        assert after[name].quality == entry.quality


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


def test_a_guard_is_not_fooled_by_what_is_no_number():
    assert guards.impossible(math.nan)
    assert guards.impossible(math.inf)
    assert guards.impossible(-1)


def test_every_fact_has_a_place_in_an_entry():
    places = {field.name for field in fields(ModelEntry)} | {"time_to_first_token_ms", "output_tokens_per_second"}
    assert {field.name for field in fields(Facts)} <= places
