"""F10 to F12 through the doors: whatever a source does over a real connection, its last good data stay."""

from __future__ import annotations

import json

import pytest

from tests.support.fault_proxy import Trouble
from tests.support.refreshing import ServedWorld
from tests.support.sources import FakeReply, payload, zipped

NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}

SOON_S = 1.0
"""Instead of the eight seconds that a source has: time for one that answers, and short for one that does not."""

SENT_WHOLE = FakeReply(body=payload("litellm"))
"""What has no tag is never "not modified"."""

HOSTILE: dict[str, FakeReply | Trouble] = {
    "500": FakeReply(500, b"oops"),
    "HTML": FakeReply(body=b"<html><script>alert(1)</script></html>"),
    "gzip bomb": zipped(b"[" * 20_000_000),
    "50 MB": FakeReply(body=b" " * 50_000_000),
    "redirect": FakeReply(302, headers={"location": "https://169.254.169.254/"}),
    "another schema": FakeReply(body=b'{"models": {"a": [1, 2]}}'),
    **{trouble.value: trouble for trouble in Trouble},
}


def is_kept_and_shown(world: ServedWorld, before: dict) -> None:
    """What must be true of the prices' source while it fails."""
    assert world.versions() == [1]
    assert world.api.get("/models").json == before
    shown = world.state("litellm")
    assert shown["state"] in ("failing", "refused")
    assert shown["last_error"]
    assert shown["age_s"] >= 3600
    assert "<" not in json.dumps(shown)
    assert world.state("openrouter")["state"] == "fresh"
    assert world.api.get("/status").json["status"] == "degraded"


@pytest.mark.parametrize("trouble", HOSTILE.values(), ids=HOSTILE.keys())
def test_f10_a_source_that_fails_keeps_its_last_good_data_is_shown_and_heard_again(
    make_world, store: str, trouble, monkeypatch
):
    world: ServedWorld = make_world(store)
    world.schedule()
    before = world.api.get("/models").json
    world.clock.pass_seconds(3600)
    monkeypatch.setattr("llm_router.catalogue.gathering.EACH_S", SOON_S)
    if isinstance(trouble, Trouble):
        world.sources.answer("litellm", SENT_WHOLE)
        world.sources.before("litellm").does(trouble)
    else:
        world.sources.answer("litellm", trouble)
    world.schedule()
    is_kept_and_shown(world, before)
    monkeypatch.undo()
    world.sources.before("litellm").mends()
    world.sources.answer("litellm", SENT_WHOLE)
    world.schedule()
    assert world.state("litellm")["state"] == "fresh"


def test_f11_prices_ten_times_off_are_quarantined_and_shown(make_world, store: str):
    world = make_world(store)
    world.schedule()
    before = world.api.get("/models/openai/gpt-4o-mini").json["input_usd_per_mtok"]
    document = json.loads(payload("litellm"))
    document["gpt-4o-mini"]["input_cost_per_token"] *= 10
    world.sources.answer("litellm", FakeReply(body=json.dumps(document).encode()))
    world.schedule()
    assert world.api.get("/models/openai/gpt-4o-mini").json["input_usd_per_mtok"] == before
    doubts = world.api.get("/status").json["quarantined"]
    assert [(doubt["model"], doubt["field"]) for doubt in doubts] == [("openai/gpt-4o-mini", "input_usd_per_mtok")]


def test_f11_a_source_that_lists_half_of_its_models_is_refused_and_shown(make_world, store: str):
    world = make_world(store)
    world.schedule()
    before = world.api.get("/models").json
    document = json.loads(payload("litellm"))
    kept = dict(list(document.items())[: len(document) // 2])
    world.sources.answer("litellm", FakeReply(body=json.dumps(kept).encode()))
    world.schedule()
    assert world.api.get("/models").json == before
    assert world.state("litellm")["state"] == "refused"


def test_f12_one_bad_record_of_a_source_costs_itself_alone_and_in_an_update_everything(make_world, store: str):
    world = make_world(store)
    world.schedule()
    records = world.state("litellm")["records"]
    document = json.loads(payload("litellm"))
    document["gpt-4o-mini"]["input_cost_per_token"] = "cheap"
    world.sources.answer("litellm", FakeReply(body=json.dumps(document).encode()))
    world.schedule()
    shown = world.state("litellm")
    assert (shown["state"], shown["records"]) == ("fresh", records - 1)
    assert shown["left_out"] >= 1
    refused = world.api.admin("/update", {"models": [NEW, {"id": "acme/two", "context_window": 0}]})
    assert refused.status == 422
    assert world.api.get("/models/acme/one").status == 404


def test_a_dry_run_through_the_door_tells_the_diff_and_writes_nothing(make_world, store: str):
    world = make_world(store)
    told = world.api.admin("/refresh", {"dry_run": True}).json
    assert told["dry_run"] is True
    assert (bool(told["diff"]["added"]), told["refused"]) == (True, None)
    assert world.versions() == []
    assert world.api.post("/refresh", {}).error == "unauthorized"


def test_what_was_gone_back_to_stays_through_the_schedule_until_somebody_asks_for_a_refresh(make_world, store: str):
    world: ServedWorld = make_world(store)
    world.schedule()
    before = world.api.get("/models").json["models"]
    world.api.admin("/update", {"models": [NEW]})
    world.api.admin("/catalogue/rollback", {"version": 1})
    document = json.loads(payload("litellm"))
    document["gpt-4o-mini"]["max_input_tokens"] = 99_000
    world.sources.answer("litellm", FakeReply(body=json.dumps(document).encode()))
    world.clock.pass_seconds(3600)
    assert "going back" in world.schedule("two")["refused"]
    assert world.api.get("/models").json["models"] == before
    assert world.state("litellm")["last_success"] == world.clock.now()
    assert world.api.get("/status").json["held_by_rollback"] is True
    assert world.api.admin("/refresh", {}).json["catalogue_version"] == 4
    assert world.api.get("/models/openai/gpt-4o-mini").json["context_window"] == 99_000
    world.schedule("three")
    assert (world.versions()[0], world.api.get("/status").json["held_by_rollback"]) == (4, False)
