"""Under which id an offering is entered when sources write its name in several ways."""

from __future__ import annotations

from llm_router.catalogue.joining import Joined, join, with_doubles_told
from llm_router.catalogue.records import Facts, Listing, Reading, RecordProblem
from llm_router.catalogue.tables import make_tables
from tests.support.models import model

TABLES = make_tables(
    {
        "provider": {
            "acme": {"litellm": ["acme"], "openrouter": "acme", "artificial_analysis": "acme"},
            "openrouter": {},
        },
        "skip": {"patterns": ["-preview$"]},
        "slugs": {"rules": [{"find": "[._]+", "put": "-"}, {"find": "-preview$", "put": ""}]},
        "families": {"rules": []},
    },
    {},
)


def joined(*names: str, known: tuple = (), source: str = "litellm", provider: str = "acme") -> dict[str, Joined]:
    listings = [Listing(provider, name, Facts(context_window=number)) for number, name in enumerate(names, start=1)]
    return join([Reading(source, 40, "2026-01-01", listings)], known, TABLES)


def windows(found: dict[str, Joined]) -> dict[str, list[int | None]]:
    """Which of the listings were taken, by id."""
    return {name: [said.facts.context_window for said in each.statements] for name, each in found.items()}


def test_a_new_offering_is_named_by_the_last_part_of_its_name():
    assert list(joined("models/hub/One")) == ["acme/one"]
    found = joined("One")["acme/one"]
    assert (found.provider, found.statements[0].facts.api_alias) == ("acme", "One")


def test_of_two_ways_to_write_a_name_the_first_of_the_alphabet_is_taken():
    assert windows(joined("one_2", "one-2")) == {"acme/one-2": [2]}


def test_the_name_that_the_catalogue_knows_goes_before_the_alphabet_and_is_never_skipped():
    known = model("one", api_alias="one_2")
    assert windows(joined("one-2", "one_2", known=(known,))) == {"acme/one": [2]}
    assert joined("two-preview") == {}
    preview = model("two-preview", api_alias="two-preview")
    assert windows(joined("two-preview", known=(preview,))) == {"acme/two-preview": [1]}


def test_a_known_model_without_an_alias_is_known_by_the_last_part_of_its_id():
    known = model("x", id="acme/hub/one.2", api_alias=None)
    assert windows(joined("one-2", known=(known,))) == {"acme/hub/one.2": [1]}


def test_a_new_offering_whose_id_another_has_but_for_capitals_is_left_out():
    own = model("x", id="acme/One", api_alias="another")
    assert list(joined("one", "two", known=(own,))) == ["acme/two"]


def test_so_it_is_told_with_the_sources_problems():
    own = model("x", id="acme/One", api_alias="another")
    listings = [Listing("acme", name, Facts(context_window=1)) for name in ("one", "two", "ONE")]
    reading = Reading("litellm", 40, "2026-01-01", listings, problems=[RecordProblem("three", "no price")])
    told = with_doubles_told(reading, [own], TABLES)
    assert [found.record for found in told.problems] == ["three", "acme/one"]
    assert told.listings is reading.listings
    assert with_doubles_told(reading, [], TABLES) is reading


def test_what_makes_no_legal_id_and_providers_of_nobody_are_left_out():
    assert list(joined("one two", "three")) == ["acme/three"]
    assert joined("one", provider="nobody") == {}


def test_openrouter_serves_itself_what_no_maker_in_the_tables_does():
    assert list(joined("one", source="openrouter")) == ["acme/one"]
    assert list(joined("one", source="openrouter", provider="nobody")) == ["openrouter/one"]


def test_who_only_measures_makes_no_offering_and_names_none():
    figures = Reading("artificial_analysis", 10, "2026-01-01", [Listing("acme", "one-2", Facts(context_window=9))])
    assert join([figures], [], TABLES) == {}
    listed = Reading("litellm", 40, "2026-01-01", [Listing("acme", "one.2", Facts(context_window=1))])
    (found,) = join([figures, listed], [], TABLES).values()
    assert [(said.source, said.facts.api_alias) for said in found.statements] == [
        ("litellm", "one.2"),
        ("artificial_analysis", None),
    ]
    assert found.offered
    (found,) = join([figures], [model("one", api_alias="one.2")], TABLES).values()
    assert not found.offered
