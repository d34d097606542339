"""What is quarantined is told for as long as it is, in the words that stand beside the figure that was kept."""

from __future__ import annotations

import json

from llm_router.catalogue.reader import InForce
from llm_router.catalogue.refresher import Refreshed
from llm_router.catalogue.upsert import upsert
from llm_router.clock import iso_date
from llm_router.json_values import Json
from llm_router.schemas.status import StatusAnswer, status_answer
from tests.support.refreshed import DAY, entry, litellm
from tests.support.sources import URLS, RefresherWorld, payload

MODEL, PRICE = "openai/gpt-4o", "input_usd_per_mtok"
USUAL = 2.5


def times(world: RefresherWorld, factor: float) -> Refreshed:
    """A day on which the price is so many times what it is."""

    def dearer(document: dict) -> None:
        document["gpt-4o"]["input_cost_per_token"] *= factor

    world.web.serve(URLS["litellm"], litellm(dearer))
    return next_day(world)


def next_day(world: RefresherWorld) -> Refreshed:
    done = world.refresher().refresh()
    world.clock.pass_seconds(DAY)
    return done


def status(world: RefresherWorld) -> StatusAnswer:
    refresher = world.refresher()
    found = InForce(world.catalogue(), degraded=False)
    return status_answer(found, world.store.current(), refresher.states(), refresher.last_run(), 0.0, world.clock.now())


def doubted(world: RefresherWorld) -> list[float]:
    """What `/status` says was not believed of the price, and whether that is what stands beside it."""
    said = entry(world, MODEL).provenance[PRICE]
    refused = [each.refused for each in status(world).quarantined if (each.model, each.field) == (MODEL, PRICE)]
    assert [f"{said.source} says {each:.6g}: quarantined" for each in refused] == [said.note] * said.quarantined
    return refused


def test_another_price_that_is_not_believed_either_is_told_instead(world: RefresherWorld):
    told = []
    for factor in (10, 100, 100):
        times(world, factor)
        told += doubted(world)
    assert told == [10 * USUAL, 100 * USUAL, 100 * USUAL]
    assert [info.version for info in world.store.versions()] == [3, 2, 1]


def test_a_price_stays_quarantined_while_its_source_says_none_that_could_be_measured(world: RefresherWorld):
    assert [each.refused for each in times(world, 100).quarantined] == [250.0]
    for _ in range(2):
        assert [each.refused for each in times(world, 1000).quarantined] == [250.0]
        assert doubted(world) == [250.0]
    world.web.serve(URLS["litellm"], payload("litellm"))
    assert next_day(world).quarantined == ()
    assert doubted(world) == []


def test_what_the_operator_sets_is_quarantined_no_more(world: RefresherWorld):
    times(world, 100)
    said: list[Json] = [{"id": MODEL, PRICE: 250.0}]
    world.refresher().publisher.publish(lambda before: upsert(before, said, iso_date(world.clock)), "update")
    assert status(world).quarantined == []
    assert times(world, 1000).quarantined == ()


def silent_about_the_price(world: RefresherWorld) -> None:
    """The operator's file has the model and no price for it."""
    row = {"id": MODEL, "provider": "openai", "display_name": "Ours", "cost_in_per_1k": None}
    world.operator = lambda: json.dumps([row]).encode()
    next_day(world)
    assert entry(world, MODEL).display_name == "Ours"
    assert next_day(world).diff.empty


def test_a_price_that_the_operators_file_leaves_open_is_guarded_like_any_other(world: RefresherWorld):
    silent_about_the_price(world)
    for _ in range(2):
        assert [each.refused for each in times(world, 100).quarantined] == [250.0]
        assert entry(world, MODEL).input_usd_per_mtok == USUAL
    assert times(world, 2).quarantined == ()
    assert entry(world, MODEL).input_usd_per_mtok == 2 * USUAL


def test_what_the_operator_said_once_is_no_measure_once_it_is_left_open(world: RefresherWorld):
    said: list[Json] = [{"id": MODEL, PRICE: 0.01}]
    world.refresher().publisher.publish(lambda before: upsert(before, said, iso_date(world.clock)), "update")
    silent_about_the_price(world)
    found = entry(world, MODEL)
    assert (found.input_usd_per_mtok, found.sources[PRICE]) == (USUAL, "litellm")


def test_a_refresh_that_is_refused_leaves_a_price_that_the_operators_file_leaves_open(world: RefresherWorld):
    silent_about_the_price(world)

    def renamed(document: dict) -> None:
        for name in [name for name in document if name != "sample_spec"]:
            document[f"new-{name.rsplit('/', 1)[-1]}"] = document.pop(name)

    world.web.serve(URLS["litellm"], litellm(renamed))
    assert "would be dropped" in (next_day(world).refused or "")
    assert entry(world, MODEL).input_usd_per_mtok == USUAL
