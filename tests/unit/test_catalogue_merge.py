"""Merging and the guards, as properties: order does not matter, twice is once, unknown is never 0."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from llm_router.catalogue import guards
from llm_router.catalogue.entry import Capability, ModelEntry, Provenance
from llm_router.catalogue.joining import Joined, Statement
from llm_router.catalogue.merge import NUMBERS, merge
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Facts, Reading
from llm_router.catalogue.refresh_plan import plan
from llm_router.catalogue.tables import tables
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


def test_a_guard_is_not_fooled_by_what_is_no_number():
    assert guards.impossible(math.nan)
    assert guards.impossible(math.inf)
    assert guards.impossible(-1)


def test_every_fact_has_a_place_in_an_entry():
    places = {field.name for field in fields(ModelEntry)} | {"time_to_first_token_ms", "output_tokens_per_second"}
    assert {field.name for field in fields(Facts)} <= places
