"""Where each field of a merged entry comes from when sources, the operator and the tables all have their say."""

from __future__ import annotations

from llm_router.catalogue.entry import Capability, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.joining import Joined, Statement
from llm_router.catalogue.merge import CURATED, merge
from llm_router.catalogue.records import Facts
from llm_router.catalogue.tables import make_tables

TABLES = make_tables(
    {
        "provider": {"acme": {}, "openhost": {"open_weights": True}},
        "skip": {"patterns": ["^$"]},
        "slugs": {"rules": []},
        "families": {"rules": [{"find": "^zeta", "tokenizer": "o200k", "open_weights": False}]},
    },
    {
        "zeta-one": {"name": "Zeta One", "reasoning": True, "license": "MIT", "open_weights": True},
        "zeta-two": {"name": "Zeta Two"},
    },
)
TOLD, NEWER, NOW = "2026-01-01", "2026-02-01", "2026-03-01"


def merged(name: str, *said: Statement, provider: str = "acme") -> ModelEntry:
    return merge(Joined(name, provider, said), TABLES, NOW)


def said(source: str, priority: int, as_of: str = TOLD, **facts: object) -> Statement:
    return Statement(source, priority, as_of, Facts(**facts))  # type: ignore[arg-type]


def test_a_known_model_has_its_name_its_licence_its_tokenizer_and_its_thinking_from_the_tables():
    found = merged("acme/zeta-one", said("litellm", 40, display_name="zeta one (beta)", license="other"))
    assert (found.display_name, found.license, found.tokenizer) == ("Zeta One", "MIT", "o200k")
    assert (found.capabilities, found.thinks) == ({Capability.REASONING}, True)
    for name in ("display_name", "license", "tokenizer", "open_weights", "capabilities", "thinks"):
        assert found.provenance[name] == Provenance(CURATED, NOW, None)


def test_what_a_known_model_can_think_it_thinks_only_where_the_tables_say_so():
    can = said("litellm", 40, capabilities=frozenset({Capability.REASONING}))
    known = merged("acme/zeta-two", can)
    assert (known.thinks, known.thinks_unasked) == (False, False)
    assert Capability.REASONING in known.capabilities
    assert known.provenance["thinks"] == Provenance(CURATED, NOW, None)
    unknown = merged("acme/omega", can)
    assert (unknown.thinks, unknown.thinks_unasked) == (None, True)
    told = merged("acme/zeta-two", can, said("operator", 100, thinks=True))
    assert (told.thinks, told.thinks_unasked) == (True, True)


def test_weights_are_open_as_the_model_says_then_its_family_then_who_serves_it():
    assert merged("acme/zeta-one").open_weights is True
    assert merged("acme/zeta-two").open_weights is False
    assert merged("openhost/zeta-two", provider="openhost").open_weights is False
    assert merged("openhost/omega", provider="openhost").open_weights is True
    assert merged("acme/omega").open_weights is None
    assert merged("nobody/omega", provider="nobody").open_weights is None


def test_a_model_is_known_by_the_name_that_its_api_goes_by_too():
    assert merged("acme/latest", said("litellm", 40, api_alias="zeta-one")).display_name == "Zeta One"


def test_what_no_table_knows_is_active_and_named_by_the_last_part_of_its_id():
    found = merged("acme/sub/omega model")
    assert (found.display_name, found.status) == ("omega model", ModelStatus.ACTIVE)
    assert (found.license, found.tokenizer, found.capabilities) == (None, None, frozenset())
    assert found.provenance == {}


def test_what_sources_can_tell_adds_up_and_is_as_new_as_the_newest_of_them():
    found = merged(
        "acme/omega",
        said("litellm", 40, NEWER, capabilities=frozenset({Capability.TOOLS})),
        said("openrouter", 20, TOLD, capabilities=frozenset({Capability.VISION})),
        said("models_dev", 30, TOLD, capabilities=frozenset()),
    )
    assert found.capabilities == {Capability.TOOLS, Capability.VISION}
    assert found.provenance["capabilities"] == Provenance("litellm+models_dev+openrouter", NEWER, None)


def test_what_the_operator_says_a_model_can_do_is_all_that_it_can():
    for can in (frozenset({Capability.JSON}), frozenset[Capability]()):
        found = merged(
            "acme/zeta-one",
            said("operator", 100, TOLD, capabilities=can),
            said("litellm", 40, NEWER, capabilities=frozenset({Capability.TOOLS})),
        )
        assert found.capabilities == can
        assert found.provenance["capabilities"] == Provenance("operator", TOLD, None)


def test_a_number_tells_its_day_and_each_source_that_says_another_once():
    found = merged(
        "acme/omega",
        said("litellm", 40, input_usd_per_mtok=1.0, context_window=1000),
        said("models_dev", 30, NEWER, input_usd_per_mtok=2.0, context_window=1040),
        said("openrouter", 20, NEWER, input_usd_per_mtok=0.5),
        said("openrouter", 20, NEWER, input_usd_per_mtok=0.5),
    )
    note = "models_dev says 2; openrouter says 0.5"
    assert found.provenance["input_usd_per_mtok"] == Provenance("litellm", TOLD, note)
    assert found.provenance["context_window"] == Provenance("litellm", TOLD, None)
