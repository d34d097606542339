"""What has stood for a week vouches for its like alone: what is worse, or off in another way, begins anew."""

from __future__ import annotations

import json

import pytest

from llm_router.catalogue.refusal import WORSE_BY, Ground, Refusal, refusal_after
from llm_router.catalogue.source_state import KIND, Health
from llm_router.ports import Record
from tests.support.refreshed import DAY, Change, daily, ended, half_gone, litellm, priced, state
from tests.support.sources import URLS, FakeReply, RefresherWorld, payload

NEW = "openai/gpt-99"


def a_quarter_gone(document: dict) -> None:
    for name in list(document)[::4]:
        del document[name]


def one_left(document: dict) -> None:
    for name in list(document):
        if name != "gpt-4o":
            del document[name]


def with_a_new_one(times: float) -> Change:
    def change(document: dict) -> None:
        priced(times)(document)
        document["gpt-99"] = dict(document["gpt-4o"])

    return change


def serve(world: RefresherWorld, change: Change, **headers: str) -> None:
    world.web.serve(URLS["litellm"], litellm(change), **headers)


@pytest.mark.parametrize(("stood", "worse"), [(half_gone, one_left), (ended(2), ended(1))])
def test_an_answer_that_is_worse_than_what_stood_for_a_week_begins_anew(world: RefresherWorld, stood, worse):
    before = world.catalogue().models.keys()
    serve(world, stood)
    daily(world, 7)
    serve(world, worse)
    assert world.refresher().refresh().diff.removed == ()
    assert state(world, "litellm").health is Health.REFUSED
    assert world.catalogue().models.keys() == before
    daily(world, 7)
    assert state(world, "litellm").health is Health.REFUSED
    world.refresher().refresh()
    assert state(world, "litellm").health is Health.FRESH


def test_one_bad_answer_at_the_beginning_vouches_for_no_other(world: RefresherWorld):
    serve(world, one_left)
    daily(world, 1)
    serve(world, a_quarter_gone)
    daily(world, 6)
    serve(world, one_left)
    world.refresher().refresh()
    assert state(world, "litellm").health is Health.REFUSED


def test_a_refusal_of_unknown_extent_begins_anew(world: RefresherWorld):
    serve(world, half_gone)
    daily(world, 7)
    record = world.records.get(KIND, "litellm")
    assert record is not None
    values = json.loads(record.body)
    del values["refusals"][0]["extent"]
    world.records.put(Record(KIND, "litellm", json.dumps(values)))
    world.refresher().refresh()
    found = state(world, "litellm")
    assert found.health is Health.REFUSED
    assert [(each.runs, each.extent > 0.2) for each in found.refusals] == [(1, True)]


def test_what_has_stood_bounds_what_a_refresh_may_drop(world: RefresherWorld):
    before = world.catalogue().models.keys()
    forgetful = RefresherWorld(web=world.web, clock=world.clock, store=world.store)
    serve(world, half_gone)
    daily(forgetful, 7)
    last = forgetful.refresher().last_run()
    assert last is not None
    assert last.refusal is not None
    stood = last.refusal.extent
    forgetful.records.put(Record(KIND, "litellm", "{}"))  # so that this source is measured by nothing
    serve(world, one_left)
    done = forgetful.refresher().refresh()
    assert "would be dropped" in (done.refused or "")
    assert world.catalogue().models.keys() == before
    last = forgetful.refresher().last_run()
    assert last is not None
    assert last.refusal is not None
    assert (last.refusal.runs, last.refusal.extent > stood + WORSE_BY) == (1, True)


def test_prices_that_fall_are_refused_though_prices_that_rose_were_taken(world: RefresherWorld):
    serve(world, priced(10))
    daily(world, 8)
    assert state(world, "litellm").health is Health.FRESH
    world.clock.pass_seconds(200 * DAY)
    serve(world, with_a_new_one(0.001))
    world.refresher().refresh()
    found = state(world, "litellm")
    assert (found.health, [each.ground for each in found.refusals]) == (Health.REFUSED, [Ground.CHEAPER])
    assert NEW not in world.catalogue().models


def test_a_source_whose_prices_are_off_makes_no_new_models_until_they_are_right(world: RefresherWorld):
    serve(world, with_a_new_one(0.001), etag='"cheap"')
    daily(world, 10)
    assert state(world, "litellm").health is Health.FRESH
    assert NEW not in world.catalogue().models
    world.web.pages[URLS["litellm"]] = FakeReply(500)
    daily(world, 1)
    assert NEW not in world.catalogue().models
    serve(world, with_a_new_one(1))
    daily(world, 1)
    assert NEW in world.catalogue().models


def test_prices_that_are_off_are_not_those_of_a_model_that_another_source_makes_known(world: RefresherWorld):
    serve(world, with_a_new_one(0.001))
    daily(world, 8)
    document = json.loads(payload("models_dev"))
    models = document["openai"]["models"]
    models["gpt-99"] = {**next(iter(models.values())), "id": "gpt-99", "cost": {"input": 4.0, "output": 8.0}}
    world.web.serve(URLS["models_dev"], json.dumps(document).encode())
    daily(world, 2)
    assert world.catalogue().models[NEW].input_usd_per_mtok == 4.0


@pytest.mark.parametrize("change", [half_gone, ended(1)])
def test_what_has_stood_while_the_catalogue_was_held_is_taken_by_the_next_refresh_that_publishes(
    world: RefresherWorld, change
):
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o"].update(max_input_tokens=99_000)))
    world.refresher().refresh()
    world.refresher().publisher.rollback(1)
    before = world.catalogue()
    serve(world, change)
    daily(world, 10, scheduled=True)
    assert state(world, "litellm").health is Health.REFUSED
    assert world.catalogue().models == before.models
    done = world.refresher().refresh()
    assert done.refused is None
    assert world.catalogue().models != before.models
    assert state(world, "litellm").health is Health.FRESH


def test_held_runs_do_not_begin_the_week_of_a_refused_refresh_anew(world: RefresherWorld):
    forgetful = RefresherWorld(web=world.web, clock=world.clock, store=world.store)
    serve(world, half_gone)
    daily(forgetful, 4)
    forgetful.refresher().publisher.rollback(world.catalogue().version)
    daily(forgetful, 3, scheduled=True)
    assert forgetful.refresher().refresh().refused is None


def test_a_refusal_goes_on_with_the_least_of_its_extents_and_up_to_a_tenth_more():
    stood = Refusal(Ground.SHRUNK, 1.0, 2, 0.3)
    assert refusal_after(stood, Ground.SHRUNK, 0.39, 5.0) == Refusal(Ground.SHRUNK, 1.0, 3, 0.3)
    assert refusal_after(stood, Ground.SHRUNK, 0.25, 5.0) == Refusal(Ground.SHRUNK, 1.0, 3, 0.25)
    assert refusal_after(stood, Ground.SHRUNK, 0.41, 5.0) == Refusal(Ground.SHRUNK, 5.0, 1, 0.41)
