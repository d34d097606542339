"""What a source says of many models at once, takes back, or says no more: believed, refused, or kept as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.catalogue.comparing import deprecated_anew, no_longer_rated, rated_by
from llm_router.catalogue.entry import Capability, LongPrompt, ModelStatus, Provenance
from llm_router.catalogue.joining import Joined, Statement, join
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Facts, Listing, Reading, Scale, Score
from llm_router.catalogue.refresh_plan import plan
from llm_router.catalogue.source_state import Health, save
from llm_router.catalogue.tables import tables
from llm_router.catalogue.upsert import upsert
from llm_router.json_values import Json
from tests.support.models import model
from tests.support.refreshed import DAY, LONG_AGO, changed, ended, entry, litellm, refreshed, renamed_coding, state
from tests.support.sources import TODAY, URLS, FakeReply, RefresherWorld, payload

ONE = "openai/gpt-4o-mini"


def refresh(world: RefresherWorld, source: str, body: bytes) -> None:
    world.clock.pass_seconds(DAY)
    world.web.serve(URLS[source], body)
    world.refresher().refresh()


@pytest.mark.parametrize("price", ["free", -1, 1e9, True, []])
def test_a_price_that_is_none_costs_neither_the_model_nor_its_last_good_price(world: RefresherWorld, price: object):
    before = entry(world, ONE)
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token=price)))
    after = entry(world, ONE)
    assert (after.active, after.input_usd_per_mtok) == (True, before.input_usd_per_mtok)
    assert after.context_window == before.context_window
    assert any("input_cost_per_token" in problem for problem in state(world, "litellm").problems)


def test_a_model_that_only_one_source_lists_outlives_a_price_that_is_none():
    world = RefresherWorld()
    for source in URLS.keys() - {"litellm", "lmarena"}:
        world.web.pages[URLS[source]] = TimeoutError()
    refreshed(world)
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token="free")))
    assert entry(world, ONE).input_usd_per_mtok == 0.15


def test_a_price_that_is_none_makes_no_new_model():
    world = RefresherWorld()
    for source in URLS.keys() - {"litellm", "lmarena"}:
        world.web.pages[URLS[source]] = TimeoutError()
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token="free")))
    assert ONE not in world.catalogue().models
    assert "openai/gpt-4o" in world.catalogue().models


def test_a_source_that_deprecates_a_fifth_of_its_models_at_once_is_refused(world: RefresherWorld):
    before = world.catalogue()
    refresh(world, "litellm", litellm(ended()))
    found = state(world, "litellm")
    assert found.health is Health.REFUSED
    assert "at once" in (found.error or "")
    assert world.catalogue() == before


def test_a_date_that_its_source_takes_back_ends_the_model_no_more(world: RefresherWorld):
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(deprecation_date=LONG_AGO)))
    assert entry(world, ONE).status is ModelStatus.DEPRECATED
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].pop("deprecation_date", None)))
    found = entry(world, ONE)
    assert (found.status, found.deprecation_date) == (ModelStatus.ACTIVE, None)


def test_a_price_for_long_prompts_is_taken_back_by_its_source_and_by_no_other(world: RefresherWorld):
    tier = {"input_cost_per_token_above_200k_tokens": 3e-7, "output_cost_per_token_above_200k_tokens": 9e-7}
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(tier)))
    found = entry(world, "openai/gpt-4o-mini")
    assert found.long_prompt == LongPrompt(200_000, 0.3, 0.9)
    assert found.provenance["long_prompt"].source == "litellm"
    world.web.pages[URLS["litellm"]] = FakeReply(500)
    world.refresher().refresh()
    assert entry(world, "openai/gpt-4o-mini").long_prompt == found.long_prompt
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token="free")))
    assert entry(world, "openai/gpt-4o-mini").long_prompt == found.long_prompt
    refresh(world, "litellm", payload("litellm"))
    assert entry(world, "openai/gpt-4o-mini").long_prompt is None


def test_a_model_stays_deprecated_when_the_source_that_said_so_lists_it_no_more(world: RefresherWorld):
    def deprecate(document: dict) -> None:
        document["openai"]["models"]["gpt-5.5"]["status"] = "deprecated"

    def drop(document: dict) -> None:
        del document["openai"]["models"]["gpt-5.5"]

    assert entry(world, "openai/gpt-5.5").active
    refresh(world, "models_dev", changed("models_dev", deprecate))
    assert entry(world, "openai/gpt-5.5").status is ModelStatus.DEPRECATED
    refresh(world, "models_dev", changed("models_dev", drop))
    found = entry(world, "openai/gpt-5.5")
    assert (found.status, found.provenance["status"].source) == (ModelStatus.DEPRECATED, "models_dev")
    refresh(world, "models_dev", payload("models_dev"))
    assert entry(world, "openai/gpt-5.5").active


def test_a_table_that_is_called_otherwise_wipes_no_category_s_quality(world: RefresherWorld):
    before = world.catalogue()
    refresh(world, "lmarena", changed("lmarena", renamed_coding))
    found = state(world, "lmarena")
    assert (found.health, "for coding" in (found.error or "")) == (Health.REFUSED, True)
    assert world.catalogue() == before


def test_a_state_that_does_not_tell_what_was_rated_is_filled_from_the_last_good_data(world: RefresherWorld):
    found = state(world, "lmarena")
    save(world.records, [replace(found, rated={}, listed=None)])
    refresh(world, "lmarena", changed("lmarena", lambda d: d.pop("coding")))
    assert state(world, "lmarena").health is Health.REFUSED


def test_a_flawed_listing_tells_of_what_another_source_makes_known_in_the_same_run():
    clean = Listing("openai", "m", Facts(input_usd_per_mtok=1.0))
    flawed = Listing("openai", "m", Facts(context_window=9), flawed=True)
    readings = [Reading("litellm", 40, TODAY, listings=[flawed]), Reading("models_dev", 30, TODAY, listings=[clean])]
    (found,) = join(readings, [], tables()).values()
    assert [said.source for said in found.statements] == ["litellm", "models_dev"]
    alone = Reading("litellm", 40, TODAY, listings=[flawed])
    assert join([alone], [], tables()) == {}
    both = Reading("litellm", 40, TODAY, listings=[flawed, clean])
    (found,) = join([both], [], tables()).values()
    assert [said.facts.input_usd_per_mtok for said in found.statements] == [1.0]


def test_a_status_that_follows_from_a_date_follows_anew_from_another(world: RefresherWorld):
    refresh(world, "litellm", litellm(lambda d: d["gpt-5.5"].update(deprecation_date=LONG_AGO)))
    assert entry(world, "openai/gpt-5.5").status is ModelStatus.DEPRECATED
    refresh(world, "litellm", litellm(lambda d: d.pop("gpt-5.5")))
    assert entry(world, "openai/gpt-5.5").status is ModelStatus.DEPRECATED
    said: list[Json] = [{"id": "openai/gpt-5.5", "deprecation_date": "2099-01-01"}]
    world.refresher().publisher.publish(lambda before: upsert(before, said, TODAY), "update")
    world.clock.pass_seconds(DAY)
    world.refresher().refresh()
    assert entry(world, "openai/gpt-5.5").active


def test_only_models_in_force_that_the_source_lists_are_counted():
    current = {"acme/a": model("a"), "acme/b": model("b"), "acme/c": model("c", status=ModelStatus.DISABLED)}

    def said(name: str, source: str = "s", **facts: object) -> Joined:
        return Joined(f"acme/{name}", "acme", (Statement(source, 1, TODAY, Facts(**facts)),))  # type: ignore[arg-type]

    ended = {"deprecation_date": LONG_AGO}
    joined = [said("a", **ended), said("b", deprecation_date="2099-01-01"), said("c", **ended), said("new", **ended)]
    assert deprecated_anew("s", joined, current, TODAY) == (1, 2)
    assert deprecated_anew("other", joined, current, TODAY) == (0, 0)
    by_word = [said("b", status=ModelStatus.DEPRECATED), said("a", deprecation_date=TODAY)]
    assert deprecated_anew("s", by_word, current, TODAY) == (2, 2)


def test_a_date_that_is_known_is_no_news_and_the_operators_word_counts_for_no_source():
    operator = Provenance("operator", TODAY)
    dated = model("a", deprecation_date=TODAY)
    overruled = model("b", provenance={"status": operator})
    joined = [
        Joined("acme/a", "acme", (Statement("s", 1, TODAY, Facts(deprecation_date=TODAY)),)),
        Joined("acme/b", "acme", (Statement("s", 1, TODAY, Facts(status=ModelStatus.DEPRECATED)),)),
    ]
    assert deprecated_anew("s", joined, {"acme/a": dated, "acme/b": overruled}, TODAY) == (0, 1)


def test_a_use_counts_the_models_with_half_of_its_tables():
    names = ("industry_life_and_physical_and_social_science", "industry_medicine_and_healthcare")
    uses = quality_map().uses
    (group,) = [each for source, each in uses if source == "lmarena" and set(names) < set(each)]
    scores = [Score("a", names[0], 1000.0, Scale.RATING), Score("a", names[1], 1000.0, Scale.RATING)]
    scores.append(Score("b", names[0], 1000.0, Scale.RATING))
    rated = rated_by(Reading("lmarena", 0, TODAY, scores=scores), quality_map())
    assert rated["+".join(group)] == 1
    assert rated["coding"] == 0
    assert set(rated_by(Reading("lmarena", 0, TODAY), quality_map()).values()) == {0}
    assert rated_by(Reading("litellm", 0, TODAY), quality_map()) == {}


def test_what_the_map_uses_no_more_is_not_missed():
    assert no_longer_rated({"coding": 10, "gone from the map": 9}, {"coding": 8}) == []
    assert no_longer_rated({"coding": 10}, {"coding": 7}) == ["coding"]
    assert no_longer_rated({}, {"coding": 0}) == []


def test_what_the_tables_alone_have_told_goes_when_they_tell_it_no_more(world: RefresherWorld):
    row: dict[str, Json] = {"id": "azure/deploy1", "provider": "azure", "display_name": "D1", "api_alias": "gpt-5-mini"}

    def say(alias: str) -> None:
        rows: list[Json] = [row | {"api_alias": alias}]
        world.refresher().publisher.publish(lambda before: upsert(before, rows, TODAY), "update")
        world.refresher().refresh()

    say("gpt-5-mini")
    found = entry(world, "azure/deploy1")
    assert (found.thinks_unasked, found.tokenizer, found.open_weights) == (True, "o200k", False)
    say("corp-chat")
    found = entry(world, "azure/deploy1")
    assert (found.thinks, found.tokenizer, found.open_weights, found.capabilities) == (None, None, None, frozenset())
    assert world.refresher().refresh().diff.empty


def test_of_capabilities_that_nobody_tells_any_more_the_tables_part_goes():
    origins = {"capabilities": Provenance("curated+litellm", TODAY), "api_alias": Provenance("operator", TODAY)}
    both = frozenset({Capability.REASONING, Capability.TOOLS})
    known = model("corp-chat", provider="azure", capabilities=both, provenance=origins)
    read = [Reading("litellm", 40, TODAY, listings=[Listing("acme", "other", Facts())])]
    (found,) = plan(read, {known.id: known}, TODAY, tables(), quality_map()).models.values()
    assert (found.capabilities, found.sources["capabilities"]) == ({Capability.TOOLS}, "litellm")
    (found,) = plan([], {known.id: known}, TODAY, tables(), quality_map()).models.values()
    assert (found.capabilities, found.sources["capabilities"]) == (both, "curated+litellm")


def test_what_the_tables_tell_of_a_model_stays_while_nobody_says_what_its_api_calls_it():
    origins = {"thinks": Provenance("curated", TODAY), "api_alias": Provenance("litellm", TODAY)}
    known = model("gpt-5", provider="openai", id="openai/ours", thinks=True, provenance=origins)
    (found,) = plan([], {known.id: known}, TODAY, tables(), quality_map()).models.values()
    assert (found.thinks, found.tokenizer) == (True, "o200k")


def test_a_price_is_called_quarantined_for_as_long_as_its_source_is_wrong(world: RefresherWorld):
    refresh(world, "litellm", litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token=1.5e-6)))
    assert entry(world, ONE).provenance["input_usd_per_mtok"].quarantined
    refresh(world, "litellm", payload("litellm"))
    assert not entry(world, ONE).provenance["input_usd_per_mtok"].quarantined
    assert world.refresher().refresh().diff.empty
