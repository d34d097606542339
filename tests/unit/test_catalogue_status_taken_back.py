"""A null in an operator's update: it takes back what was said of a status, and leaves no model to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from llm_router.catalogue.diff import FieldChange, diff
from llm_router.catalogue.ending import PAST
from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.upsert import upsert
from llm_router.catalogue.validation import parse
from llm_router.errors import InvalidRequest
from llm_router.json_values import Json
from tests.support.refreshed import changed, entry, refreshed
from tests.support.sources import TODAY, URLS, RefresherWorld

ID = "acme/one"
NEW: dict[str, Json] = {"id": ID, "provider": "acme", "display_name": "One"}
TAKEN_BACK: dict[str, Json] = {"id": ID, "status": None}
UNPROVEN = "zai/glm-4.7-flash"
PRICE: dict[str, Json] = {"id": UNPROVEN, "input_usd_per_mtok": 0.07}


def stored(**said: Json) -> Catalogue:
    return Catalogue(1, upsert(Catalogue(0, {}), [NEW | said], TODAY))


def test_a_model_that_only_the_operator_tells_of_is_active_at_once():
    before = stored(status="disabled")
    after = upsert(before, [TAKEN_BACK], TODAY)
    assert after[ID].status is ModelStatus.ACTIVE
    assert "status" not in after[ID].provenance
    assert diff(before.models, after).changed == (FieldChange(ID, "status", "disabled", "active"),)


def test_that_of_a_model_past_its_day_is_deprecated():
    before = stored(status="active", deprecation_date="2020-01-01")
    after = upsert(before, [TAKEN_BACK], TODAY)[ID]
    assert (before.models[ID].status, after.status) == (ModelStatus.ACTIVE, ModelStatus.DEPRECATED)
    assert after.provenance["status"].note == PAST


def test_what_a_source_says_of_a_status_is_not_the_operators_to_take_back():
    said = {"status": Provenance("litellm", TODAY)}
    told = ModelEntry(ID, "acme", "One", status=ModelStatus.DEPRECATED, provenance=said)
    assert upsert(Catalogue(1, {ID: told}), [TAKEN_BACK], TODAY)[ID] == told


def say(world: RefresherWorld, row: Mapping[str, Json]) -> ModelStatus:
    world.refresher().publisher.publish(lambda found: upsert(found, [dict(row)], TODAY), "update")
    return entry(world, str(row["id"])).status


@pytest.mark.parametrize("said", ModelStatus)
@pytest.mark.parametrize("price", [[], [PRICE]], ids=["", "priced"])
def test_without_figures_of_its_quality_a_sources_model_is_out_again_and_stays_so(said: str, price: list[dict]):
    world = refreshed(RefresherWorld())
    rows = [*price, {"id": UNPROVEN, "status": said}, {"id": UNPROVEN, "status": None}]
    assert [say(world, row) for row in rows][-2:] == [said, ModelStatus.DISABLED]
    assert "no evidence" in (entry(world, UNPROVEN).provenance["status"].note or "")
    assert world.refresher().refresh().diff.empty


def test_with_such_figures_of_the_operators_the_next_refresh_has_it_in():
    world = refreshed(RefresherWorld())
    figures: Json = {"coding": {"easy": {"mean": 0.8}}}
    rows: list[dict[str, Json]] = [
        {"id": UNPROVEN, "status": "disabled"},
        {"id": UNPROVEN, "status": None, "quality": figures},
    ]
    assert [say(world, row) for row in rows] == [ModelStatus.DISABLED] * 2
    world.refresher().refresh()
    assert entry(world, UNPROVEN).active


@pytest.mark.parametrize("said", ModelStatus)
@pytest.mark.parametrize("told", [ModelStatus.ACTIVE, ModelStatus.DEPRECATED])
def test_what_a_source_says_of_a_status_holds_from_the_next_refresh_on(told: ModelStatus, said: ModelStatus):
    def end(document: dict) -> None:
        document["openai"]["models"]["gpt-5.5"]["status"] = told

    world = RefresherWorld()
    world.web.serve(URLS["models_dev"], changed("models_dev", end))
    refreshed(world)
    rows = [{"id": "openai/gpt-5.5", "status": status} for status in (said, None)]
    assert entry(world, "openai/gpt-5.5").status is told
    assert [say(world, row) for row in rows] == [said, said]
    assert "status" not in entry(world, "openai/gpt-5.5").provenance
    world.refresher().refresh()
    assert entry(world, "openai/gpt-5.5").status is told


def test_a_date_that_has_passed_holds_at_once():
    world = refreshed(RefresherWorld())
    rows = [{"id": "openai/gpt-4.1-nano", "status": status} for status in ("active", None)]
    assert [say(world, row) for row in rows] == [ModelStatus.ACTIVE, ModelStatus.DEPRECATED]


def test_speeds_that_somebody_measured_offer_no_model():
    told = stored(status="disabled").models[ID]
    origins = {**told.provenance, "output_tokens_per_second": Provenance("artificial_analysis")}
    measured = replace(told, provenance=origins)
    assert upsert(Catalogue(1, {ID: measured}), [TAKEN_BACK], TODAY)[ID].active


def test_nobody_is_no_provider():
    with pytest.raises(InvalidRequest) as refused:
        upsert(stored(), [{"id": ID, "provider": None}], TODAY)
    assert [(each.path, each.problem) for each in refused.value.fields] == [("models[0].provider", "cannot be unknown")]


def test_a_row_of_the_operators_own_file_without_a_provider_is_taken_as_before():
    update, problems = parse({"id": ID, "provider": None}, today=TODAY, lenient=True)
    assert (update is None, problems) == (False, [])
