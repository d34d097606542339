"""What is kept of a source that is refused, and what its next answer is measured by."""

from __future__ import annotations

import json

from llm_router.catalogue.doubts import Doubts
from llm_router.catalogue.joining import placed
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.refusal import ACCEPTED_AFTER_S, ACCEPTED_RUNS, Ground, Refusal, refusal_after
from llm_router.catalogue.source_state import KIND, Health, SourceState, load
from llm_router.catalogue.tables import tables
from llm_router.ports import Record
from tests.support.refreshed import half_gone, litellm, refreshed, state
from tests.support.sources import URLS, RefresherWorld, payload, reading


def test_rows_of_providers_that_nobody_knows_may_go():
    world = RefresherWorld()
    strange = {
        "litellm_provider": "nobody",
        "mode": "chat",
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 1e-6,
    }
    world.web.serve(URLS["litellm"], litellm(lambda d: d.update({f"strange-{n}": strange for n in range(len(d))})))
    refreshed(world)
    world.web.serve(URLS["litellm"], payload("litellm"))
    world.refresher().refresh()
    assert state(world, "litellm").health is Health.FRESH


def test_what_a_source_is_measured_by_are_the_records_that_the_tables_place():
    found, rates = reading("litellm"), reading("lmarena")
    known = [each for each in found.listings if ("litellm", each.provider) in tables().by_source]
    assert placed(found, tables()) == known
    assert len(known) < len(found.listings)
    doubts = Doubts(tables(), quality_map())
    assert doubts.measured(SourceState("litellm"), found).listed == len(known)
    assert doubts.measured(SourceState("lmarena"), rates).listed == rates.records


def test_a_state_that_was_kept_before_refusals_were_counted_is_read_and_measured_by_what_it_has(world: RefresherWorld):
    record = world.records.get(KIND, "litellm")
    assert record is not None
    values = json.loads(record.body)
    del values["listed"], values["refusals"]
    world.records.put(Record(KIND, "litellm", json.dumps(values)))
    (found,) = load(world.records, ["litellm"])
    assert (found.health, found.listed, found.refusals) == (Health.FRESH, None, ())
    world.web.serve(URLS["litellm"], litellm(half_gone))
    world.refresher().refresh()
    assert state(world, "litellm").health is Health.REFUSED
    (found,) = load(world.records, ["litellm"])
    assert [each.ground for each in found.refusals] == [Ground.SHRUNK]


def test_a_last_run_that_was_kept_before_refusals_were_counted_is_read(world: RefresherWorld):
    record = world.records.get("refresh", "latest")
    assert record is not None
    values = json.loads(record.body)
    del values["refusal"]
    world.records.put(Record("refresh", "latest", json.dumps(values)))
    last = world.refresher().last_run()
    assert last is not None
    assert last.refusal is None


def test_a_refusal_has_stood_after_a_week_and_some_runs():
    at = ACCEPTED_AFTER_S
    assert Refusal(Ground.SHRUNK, 0.0, ACCEPTED_RUNS).stood(at)
    assert not Refusal(Ground.SHRUNK, 0.0, ACCEPTED_RUNS).stood(at - 1)
    assert not Refusal(Ground.SHRUNK, 0.0, ACCEPTED_RUNS - 1).stood(at)
    assert not Refusal(Ground.EMPTY, 0.0, ACCEPTED_RUNS).stood(at)
    assert refusal_after(None, Ground.PRICES, 0.0, 5.0) == Refusal(Ground.PRICES, 5.0, 1)
    assert refusal_after(Refusal(Ground.PRICES, 1.0, 2), Ground.PRICES, 0.0, 5.0) == Refusal(Ground.PRICES, 1.0, 3)
    assert refusal_after(Refusal(Ground.PRICES, 1.0, 2), Ground.SHRUNK, 0.0, 5.0) == Refusal(Ground.SHRUNK, 5.0, 1)
    assert SourceState("x").refusals == ()
