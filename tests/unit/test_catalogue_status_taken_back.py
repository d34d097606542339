"""A null in an operator's update: it takes back what was said of a status, at once, and leaves no model to nobody."""

from __future__ import annotations

import pytest

from llm_router.catalogue.diff import FieldChange, diff
from llm_router.catalogue.ending import PAST
from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.upsert import upsert
from llm_router.catalogue.validation import parse
from llm_router.errors import InvalidRequest
from llm_router.json_values import Json
from tests.support.refreshed import entry, refreshed
from tests.support.sources import TODAY, RefresherWorld

ID = "acme/one"
NEW: dict[str, Json] = {"id": ID, "provider": "acme", "display_name": "One"}
TAKEN_BACK: dict[str, Json] = {"id": ID, "status": None}


def stored(**said: Json) -> Catalogue:
    return Catalogue(1, upsert(Catalogue(0, {}), [NEW | said], TODAY))


def test_a_status_that_is_taken_back_is_at_once_what_it_is_without_the_operators_word():
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


@pytest.mark.parametrize(("name", "said"), [("openai/gpt-4o", "disabled"), ("zai/glm-4.7-flash", "active")])
def test_the_next_refresh_changes_nothing_of_what_was_taken_back(name: str, said: str):
    world = refreshed(RefresherWorld())
    before = entry(world, name).status

    def say(status: str | None) -> ModelStatus:
        row: Json = {"id": name, "status": status}
        world.refresher().publisher.publish(lambda found: upsert(found, [row], TODAY), "update")
        return entry(world, name).status

    assert [say(said), say(None)] == [ModelStatus(said), before]
    assert world.refresher().refresh().diff.empty


def test_nobody_is_no_provider():
    with pytest.raises(InvalidRequest) as refused:
        upsert(stored(), [{"id": ID, "provider": None}], TODAY)
    assert [(each.path, each.problem) for each in refused.value.fields] == [("models[0].provider", "cannot be unknown")]


def test_a_row_of_the_operators_own_file_without_a_provider_is_taken_as_before():
    update, problems = parse({"id": ID, "provider": None}, today=TODAY, lenient=True)
    assert (update is None, problems) == (False, [])
