"""The refresh refuses what is wrong: whatever a source does or wherever it dies, readers see a whole version."""

from __future__ import annotations

import pytest

from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.gathering import AWAITED_S, EACH_S, IN_ALL_S, blob_name
from llm_router.catalogue.publishing import held_by_rollback
from llm_router.catalogue.source_state import UNREAD_FOR_S, Health
from llm_router.catalogue.upsert import upsert
from llm_router.errors import StoreUnavailable
from llm_router.json_values import Json
from tests.support.refreshed import DAY, entry, half_gone, litellm, priced, state
from tests.support.sources import URLS, FakeReply, RefresherWorld, payload, zipped


def _ids_with_markup(document: dict) -> None:
    for name in list(document):
        document[f"<img src=x onerror=alert(1)>{name}"] = document.pop(name)


HOSTILE = {
    "an error": FakeReply(500),
    "silence": TimeoutError(),
    "a web page": FakeReply(200, b"<!doctype html><h1>Sign in</h1>", {"content-type": "text/html"}),
    "a web page that says it is JSON": FakeReply(200, b"<!doctype html>", {"content-type": "application/json"}),
    "a bomb": zipped(b"[" * 20_000_000),
    "50 MB": FakeReply(200, b" " * 50_000_000),
    "a redirect": FakeReply(301, b"", {"location": "https://evil.test/"}),
    "another schema": FakeReply(200, b'{"models": []}'),
    "an empty list": FakeReply(200, b"{}"),
    "half of the models": FakeReply(200, litellm(half_gone)),
    "prices times ten": FakeReply(200, litellm(priced(10))),
    "ids with markup": FakeReply(200, litellm(_ids_with_markup)),
}


class CrashingStore:
    """A store whose pointer is never moved: the process dies after the snapshot."""

    def __init__(self, store) -> None:
        self._store = store

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def publish(self, payload, draft, *, expected_version):
        raise StoreUnavailable("The process died here.")


def test_after_a_crash_before_the_pointer_readers_see_the_old_version_and_the_rerun_succeeds(world: RefresherWorld):
    before = world.catalogue()
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token=3e-07)))
    store, world.store = world.store, CrashingStore(world.store)
    with pytest.raises(StoreUnavailable):
        world.refresher().refresh()
    assert world.catalogue() == before
    world.store = store
    assert world.refresher().refresh().version == 2
    assert entry(world, "openai/gpt-4o-mini").input_usd_per_mtok == 0.3


def test_a_price_that_jumps_is_quarantined_the_old_one_kept_and_both_shown(world: RefresherWorld):
    body = litellm(lambda document: document["gpt-4o-mini"].update(input_cost_per_token=1.5e-06))
    world.web.serve(URLS["litellm"], body)
    outcome = world.refresher().refresh()
    (doubt,) = outcome.quarantined
    assert (doubt.model, doubt.field, doubt.kept, doubt.refused, doubt.source) == (
        "openai/gpt-4o-mini",
        "input_usd_per_mtok",
        0.15,
        1.5,
        "litellm",
    )
    assert entry(world, "openai/gpt-4o-mini").input_usd_per_mtok == 0.15
    last = world.refresher().last_run()
    assert last is not None
    assert last.quarantined == (doubt,)


def test_the_operator_can_confirm_a_price_that_was_quarantined(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token=1.5e-06)))
    said: list[Json] = [{"id": "openai/gpt-4o-mini", "input_usd_per_mtok": 1.5}]
    world.refresher().publisher.publish(lambda before: upsert(before, said, "2026-11-25"), "update")
    assert world.refresher().refresh().quarantined == ()
    found = entry(world, "openai/gpt-4o-mini")
    assert (found.input_usd_per_mtok, found.provenance["input_usd_per_mtok"].source) == (1.5, "operator")


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_source_that_turns_hostile_changes_nothing_and_is_visible(
    world: RefresherWorld, answer: FakeReply | Exception
):
    before = world.catalogue()
    world.web.pages[URLS["litellm"]] = answer
    outcome = world.refresher().refresh()
    assert outcome.diff.empty
    assert world.catalogue() == before
    found = state(world, "litellm")
    assert found.health in (Health.FAILING, Health.REFUSED)
    assert found.error
    assert "<" not in found.error
    assert found.failing_since == world.clock.now()
    assert found.last_success == world.clock.now() - DAY


@pytest.mark.parametrize("source", sorted(URLS.keys() - {"artificial_analysis"}))
def test_each_source_may_fail_alone_and_the_others_go_on(source: str):
    world = RefresherWorld()
    world.web.pages[URLS[source]] = FakeReply(500)
    outcome = world.refresher().refresh()
    healths = {found.name: found.health for found in outcome.sources if found.name != "artificial_analysis"}
    assert healths.pop(source) is Health.FAILING
    assert set(healths.values()) == {Health.FRESH}
    assert len(world.catalogue()) > 0


def test_since_when_a_source_fails_is_told_until_it_comes_back(world: RefresherWorld):
    world.web.pages[URLS["litellm"]] = FakeReply(503)
    for _ in range(3):
        world.refresher().refresh()
        world.clock.pass_seconds(DAY)
    assert state(world, "litellm").failing_since == world.clock.now() - 3 * DAY
    world.web.serve(URLS["litellm"], payload("litellm"))
    world.refresher().refresh()
    found = state(world, "litellm")
    assert (found.health, found.failing_since, found.error) == (Health.FRESH, None, None)


def test_a_source_that_has_not_been_read_for_days_is_called_stale(world: RefresherWorld):
    assert state(world, "litellm").health is Health.FRESH
    world.clock.pass_seconds(UNREAD_FOR_S)
    assert state(world, "litellm").health is Health.STALE


def test_one_bad_record_costs_itself_alone_and_is_counted(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token="free")))
    world.refresher().refresh()
    found = state(world, "litellm")
    assert (found.health, found.left_out) == (Health.FRESH, 2)
    assert any("input_cost_per_token" in problem for problem in found.problems)
    assert entry(world, "openai/gpt-4o").active


def test_a_refresh_that_would_drop_more_than_a_fifth_is_refused_even_by_a_source_never_heard_before(
    world: RefresherWorld,
):
    before = world.catalogue()
    forgetful = RefresherWorld(web=world.web, clock=world.clock, store=world.store)
    world.web.serve(URLS["litellm"], litellm(half_gone))
    outcome = forgetful.refresher().refresh()
    assert "would be dropped" in (outcome.refused or "")
    assert forgetful.catalogue() == before
    publisher = forgetful.refresher().publisher
    publisher.rollback(before.version)
    assert "would be dropped" in (forgetful.refresher().refresh().refused or "")
    assert held_by_rollback(publisher.store.current())


def test_a_run_in_which_every_source_hangs_ends_within_a_minute():
    world = RefresherWorld()
    began = world.clock.ticks

    def hang() -> None:
        world.clock.pass_seconds(EACH_S + 1)

    for url in URLS.values():
        world.web.pages[url] = FakeReply(200, b" " * 100, between=hang)
    world.refresher().refresh()
    assert world.clock.ticks - began <= IN_ALL_S + EACH_S + 1 < 60


def test_a_run_that_somebody_waits_for_ends_before_a_gateway_gives_up():
    world = RefresherWorld()

    def hang() -> None:
        world.clock.pass_seconds(EACH_S + 1)

    for url in URLS.values():
        world.web.pages[url] = FakeReply(200, b" " * 100, between=hang)
    began = world.clock.ticks
    world.refresher().refresh(within_s=AWAITED_S)
    assert world.clock.ticks - began <= AWAITED_S + EACH_S + 1 < 30


def test_a_last_good_file_that_was_damaged_is_fetched_again(world: RefresherWorld):
    world.blobs.write(blob_name("litellm"), b"\x1f\x8bgarbage")
    world.web.asked.clear()
    assert world.refresher().refresh().diff.empty
    asked = dict(world.web.asked)[URLS["litellm"]]
    assert "if-none-match" not in asked
    assert state(world, "litellm").health is Health.FRESH


def test_without_the_source_of_the_scales_quality_stays_as_it_is(world: RefresherWorld):
    before = entry(world, "openai/gpt-5-mini").quality
    world.web.pages[URLS["lmarena"]] = FakeReply(500)
    world.blobs.write(blob_name("lmarena"), b"")
    world.refresher().refresh()
    assert entry(world, "openai/gpt-5-mini").quality == before


def test_a_first_refresh_in_which_no_source_can_be_read_changes_nothing_of_the_bundled_catalogue():
    world = RefresherWorld(bundled=bundled())
    world.web.pages.clear()
    done = world.refresher().refresh()
    assert done.diff.summary == "no change"
    assert done.version == 0
    assert {found.health for found in done.sources} == {Health.FAILING, Health.SKIPPED}


def test_what_rests_on_a_source_that_rates_too_few_models_to_be_used_stays():
    """A fresh installation that meets a new table, on which hardly a model of the other evidence is rated yet."""
    world = RefresherWorld(bundled=bundled())
    header, *rows = payload("livebench").splitlines()
    world.web.serve(URLS["livebench"], b"\n".join([header, *rows[:5]]))
    world.refresher().refresh()
    assert state(world, "livebench").health is Health.FRESH
    rests = [name for name, held in bundled().models.items() if "livebench" in repr(held.quality)]
    assert len(rests) > 100
    found = world.catalogue().models
    for name in rests:
        assert found[name].quality == bundled().models[name].quality


def test_what_rests_on_a_silent_source_stays_while_another_one_is_heard():
    world = RefresherWorld(bundled=bundled())
    for source in ("litellm", "lmarena", "livebench"):
        world.web.pages.pop(URLS[source])
    done = world.refresher().refresh()
    before = bundled().models["openai/gpt-4o-mini"]
    after = done.diff
    assert not [change for change in after.changed if change.model == before.id and "usd" in change.field]
    assert world.catalogue().models[before.id].capabilities == before.capabilities
