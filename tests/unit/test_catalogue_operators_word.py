"""What the operator says holds: whatever a source says today, beside whichever other entry, and of that field alone."""

from __future__ import annotations

import json

import pytest

from llm_router.catalogue.diff import diff
from llm_router.catalogue.entry import Capability, Catalogue, ModelEntry, ModelStatus
from llm_router.catalogue.refresher import Refreshed
from llm_router.catalogue.upsert import upsert
from llm_router.clock import iso_date
from llm_router.json_values import Json
from llm_router.schemas.catalogue import entry_answer
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model
from tests.support.refreshed import DAY, entry, litellm, refreshed, state
from tests.support.sources import TODAY, URLS, RefresherWorld

OFFICIAL, UNPROVEN = "openai/gpt-4o", "zai/glm-4.7-flash"


@pytest.fixture
def world() -> RefresherWorld:
    return refreshed(RefresherWorld())


def say(world: RefresherWorld, **row: Json) -> None:
    world.refresher().publisher.publish(lambda before: upsert(before, [row], iso_date(world.clock)), "update")


def another_day(world: RefresherWorld) -> Refreshed:
    outcome = world.refresher().refresh()
    world.clock.pass_seconds(DAY)
    return outcome


def dearer_and_ended(document: dict) -> None:
    document["gpt-4o"].update(input_cost_per_token=4e-6, deprecation_date="2020-01-01")


def test_what_the_operator_says_stays_though_a_source_said_the_same_that_day(world: RefresherWorld):
    say(world, id=OFFICIAL, input_usd_per_mtok=2.5, thinks=False, status="active")
    world.web.serve(URLS["litellm"], litellm(dearer_and_ended))
    another_day(world)
    found = entry(world, OFFICIAL)
    assert (found.input_usd_per_mtok, found.status) == (2.5, ModelStatus.ACTIVE)
    assert {found.sources[name] for name in ("input_usd_per_mtok", "thinks", "status")} == {"operator"}


def test_so_does_what_the_operators_file_says(world: RefresherWorld):
    row = {"id": OFFICIAL, "provider": "openai", "display_name": "GPT-4o", "status": "active", "cost_in_per_1k": 0.0025}
    world.operator = lambda: json.dumps([row]).encode()
    another_day(world)
    assert another_day(world).diff.empty
    world.web.serve(URLS["litellm"], litellm(dearer_and_ended))
    another_day(world)
    assert (entry(world, OFFICIAL).input_usd_per_mtok, entry(world, OFFICIAL).active) == (2.5, True)


def test_an_answer_of_ours_that_is_sent_back_says_only_what_was_changed_in_it(world: RefresherWorld):
    before = world.catalogue()
    answer = entry_answer(before.models[OFFICIAL]).model_dump(mode="json")
    assert diff(before.models, upsert(before, [answer], TODAY)).empty
    found = upsert(before, [answer | {"context_window": 64_000}], TODAY)[OFFICIAL]
    assert [name for name, source in found.sources.items() if source == "operator"] == ["context_window"]


@pytest.mark.parametrize(
    "second",
    [
        {"id": "eu-gpt-4o", "api_alias": "gpt-4o", "input_usd_per_mtok": 2.75},
        {"id": "openai/eu/gpt-4o", "input_usd_per_mtok": 2.75},
    ],
    ids=["another id", "no alias"],
)
@pytest.mark.parametrize("corrected", [False, True])
def test_a_second_entry_of_the_operators_for_an_offering_leaves_the_official_one(
    second: dict, corrected: bool, world: RefresherWorld
):
    if corrected:
        say(world, id=OFFICIAL, max_output_tokens=1000)
    say(world, provider="openai", display_name="Ours", **second)
    assert another_day(world).diff.removed == ()
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o"].update(input_cost_per_token=4e-6)))
    outcome = another_day(world)
    assert (outcome.diff.added, outcome.diff.removed) == ((), ())
    assert entry(world, OFFICIAL).input_usd_per_mtok == 4.0
    own = entry(world, second["id"])
    assert (own.display_name, own.input_usd_per_mtok) == ("Ours", 2.75)
    assert own.context_window == entry(world, OFFICIAL).context_window


def test_a_refresh_that_is_refused_still_does_what_the_operators_file_says():
    rows: list[Json] = [{"id": "house/own", "provider": "house", "display_name": "Own"}]
    world = refreshed(RefresherWorld(operator=lambda: json.dumps(rows).encode()))
    before = world.catalogue().models

    def renamed(document: dict) -> None:
        for name in [name for name in document if name != "sample_spec"]:
            document[f"new-{name.rsplit('/', 1)[-1]}"] = document.pop(name)

    world.web.serve(URLS["litellm"], litellm(renamed))
    rows.append({"id": OFFICIAL, "provider": "openai", "display_name": "GPT-4o", "status": "disabled"})
    outcome = another_day(world)
    assert "would be dropped" in (outcome.refused or "")
    assert state(world, "operator").records == 2
    assert entry(world, OFFICIAL).status is ModelStatus.DISABLED
    assert {change.model for change in diff(before, world.catalogue().models).changed} == {OFFICIAL}
    assert world.catalogue().models.keys() == before.keys()
    assert another_day(world).diff.empty


def test_whether_a_model_thinks_is_as_the_operator_says_whatever_it_is_known_to_be_able_to():
    bare = model("one", capabilities=frozenset())
    thinker = model("one", capabilities=frozenset({Capability.REASONING}))

    def said(of: ModelEntry, thinks: bool) -> bool:
        row: Json = {"id": of.id, "thinks": thinks}
        return upsert(Catalogue(1, {of.id: of}), [row], TODAY)[of.id].thinks_unasked

    assert (bare.thinks_unasked, thinker.thinks_unasked) == (False, True)
    assert [said(of, thinks) for of in (bare, thinker) for thinks in (True, False)] == [True, False, True, False]


def test_a_correction_of_a_model_without_evidence_does_not_let_it_be_chosen(world: RefresherWorld):
    assert entry(world, UNPROVEN).sources["status"] == "curated"
    say(world, id=UNPROVEN, thinks=False, input_usd_per_mtok=1)
    for _ in range(2):
        another_day(world)
        assert entry(world, UNPROVEN).status is ModelStatus.DISABLED


@pytest.mark.parametrize("word", [{"status": "active"}, {"quality": {"math": {"hard": {"mean": 0.5}}}}])
def test_the_operators_word_that_it_is_good_or_goes_on_does(word: dict, world: RefresherWorld):
    say(world, id=UNPROVEN, **word)
    another_day(world)
    assert entry(world, UNPROVEN).active


def test_quality_that_the_operator_has_said_outlives_a_day_on_which_no_source_lists_the_model(world: RefresherWorld):
    say(world, id=OFFICIAL, quality={"coding": {"medium": {"mean": 0.9}}})
    world.web.serve(URLS["litellm"], litellm(lambda document: document.pop("gpt-4o")))
    assert another_day(world).diff.removed == ()
    world.web.serve(URLS["litellm"], litellm(lambda document: None))
    another_day(world)
    cell = entry(world, OFFICIAL).quality[Category.CODING][Difficulty.MEDIUM]
    assert (cell.mean, cell.source) == (0.9, "operator")
