"""What is refused for a week is how things are now: a source, or a whole refresh, takes effect after all."""

from __future__ import annotations

import pytest

from llm_router.catalogue.refusal import ACCEPTED_AFTER_S, Ground
from llm_router.catalogue.source_state import Health
from llm_router.taxonomy import Category
from tests.support.refreshed import DAY, changed, daily, ended, entry, half_gone, litellm, priced, renamed_coding, state
from tests.support.sources import URLS, FakeReply, RefresherWorld, payload


def dearer_and_shorter(document: dict) -> None:
    priced(10)(document)
    document["gpt-4o"]["max_input_tokens"] = 99_000


STANDING = {
    "half of the models": ("litellm", half_gone),
    "every model at its end": ("litellm", ended()),
    "prices times ten": ("litellm", priced(10)),
    "a table of another name": ("lmarena", renamed_coding),
}


def test_what_was_taken_after_a_week_vouches_for_nothing_later(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone), etag='"half"')
    daily(world, 9)
    assert state(world, "litellm").health is Health.FRESH

    def gone(document: dict) -> None:
        half_gone(document)
        half_gone(document)

    world.web.serve(URLS["litellm"], litellm(gone))
    world.refresher().refresh()
    assert state(world, "litellm").health is Health.REFUSED


@pytest.mark.parametrize(("source", "change"), STANDING.values(), ids=STANDING.keys())
def test_what_a_source_has_said_for_a_week_is_taken_and_the_state_says_so(world: RefresherWorld, source: str, change):
    world.web.serve(URLS[source], changed(source, change))
    daily(world, 7)
    assert state(world, source).health is Health.REFUSED
    world.refresher().refresh()
    found = state(world, source)
    assert (found.health, found.error) == (Health.FRESH, None)
    assert found.problems[0].startswith("the whole: ")
    assert found.problems[0].endswith("taken as it is")
    world.refresher().refresh()
    assert state(world, source).health is Health.FRESH


def test_since_when_and_until_when_it_is_refused_is_told(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone))
    for _ in range(2):
        world.refresher().refresh()
        told = state(world, "litellm").error or ""
        assert told.endswith("refused since 2026-11-25, and taken as it is from 2026-12-02 on if it stays so.")
        world.clock.pass_seconds(DAY)


def test_models_that_a_source_has_not_listed_for_a_week_are_dropped_in_the_same_run(world: RefresherWorld):
    before = world.catalogue().models.keys()
    world.web.serve(URLS["litellm"], litellm(half_gone))
    daily(world, 7)
    assert world.catalogue().models.keys() == before
    done = world.refresher().refresh()
    assert done.refused is None
    assert len(done.diff.removed) > len(before) / 5


def test_a_price_that_jumps_is_kept_though_its_source_is_taken(world: RefresherWorld):
    before = entry(world, "openai/gpt-4o-mini").input_usd_per_mtok
    world.web.serve(URLS["litellm"], litellm(priced(10)), etag='"dear"')
    daily(world, 7)
    world.web.pages[URLS["openrouter"]] = FakeReply(500)
    for number, change in enumerate((priced(10), priced(10), dearer_and_shorter)):
        assert world.refresher().refresh().quarantined
        assert state(world, "litellm").health is Health.FRESH
        assert entry(world, "openai/gpt-4o-mini").input_usd_per_mtok == before
        world.web.serve(URLS["litellm"], litellm(change), etag=f'"dear-{number}"')
        world.clock.pass_seconds(DAY)
    world.refresher().refresh()
    assert entry(world, "openai/gpt-4o").context_window == 99_000
    world.web.serve(URLS["litellm"], payload("litellm"))
    assert world.refresher().refresh().quarantined == ()
    assert state(world, "litellm").refusals == ()


def test_a_scale_that_is_gone_for_good_leaves_what_rests_on_it_as_it_is(world: RefresherWorld):
    before = entry(world, "openai/gpt-5-mini").quality[Category.CODING]
    world.web.serve(URLS["lmarena"], changed("lmarena", renamed_coding))
    daily(world, 8)
    assert state(world, "lmarena").health is Health.FRESH
    assert entry(world, "openai/gpt-5-mini").quality[Category.CODING] == before


def test_the_week_begins_anew_once_a_source_was_right_again(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone))
    daily(world, 6)
    world.web.serve(URLS["litellm"], payload("litellm"))
    daily(world, 1)
    assert state(world, "litellm").refusals == ()
    world.web.serve(URLS["litellm"], litellm(half_gone))
    daily(world, 7)
    assert state(world, "litellm").health is Health.REFUSED


def test_the_week_begins_anew_with_another_doubt(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone))
    daily(world, 6)
    world.web.serve(URLS["litellm"], litellm(ended()))
    daily(world, 7)
    found = state(world, "litellm")
    assert (found.health, [each.ground for each in found.refusals]) == (Health.REFUSED, [Ground.ENDINGS])


def test_a_run_that_got_no_answer_neither_counts_nor_begins_the_week_anew(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone))
    daily(world, 3)
    page = world.web.pages[URLS["litellm"]]
    world.web.pages[URLS["litellm"]] = FakeReply(500)
    daily(world, 4)
    assert state(world, "litellm").health is Health.FAILING
    world.web.pages[URLS["litellm"]] = page
    world.refresher().refresh()
    assert state(world, "litellm").health is Health.FRESH


def test_a_pause_of_a_week_is_no_week_of_refusals(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone))
    for health in (Health.REFUSED, Health.REFUSED, Health.FRESH):
        world.refresher().refresh()
        assert state(world, "litellm").health is health
        world.clock.pass_seconds(ACCEPTED_AFTER_S)


def test_a_source_that_lists_nothing_is_never_taken(world: RefresherWorld):
    before = world.catalogue()
    world.web.serve(URLS["litellm"], b"{}")
    daily(world, 9)
    found = state(world, "litellm")
    assert (found.health, found.error) == (Health.REFUSED, "It lists nothing: refused since 2026-11-25.")
    assert world.catalogue().models.keys() == before.models.keys()


def test_a_refresh_that_would_drop_many_models_for_a_week_does_so_at_last(world: RefresherWorld):
    forgetful = RefresherWorld(web=world.web, clock=world.clock, store=world.store)
    world.web.serve(URLS["litellm"], litellm(half_gone))
    for _ in range(7):
        told = forgetful.refresher().refresh().refused or ""
        assert "would be dropped: refused since 2026-11-25, and taken as it is from 2026-12-02 on" in told
        forgetful.clock.pass_seconds(DAY)
    assert forgetful.refresher().refresh(dry_run=True).refused is None
    done = forgetful.refresher().refresh()
    assert (done.refused, bool(done.diff.removed)) == (None, True)
    last = forgetful.refresher().last_run()
    assert last is not None
    assert (last.refused, last.refusal) == (None, None)


def test_a_dry_run_is_no_run_that_counts(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(half_gone))
    daily(world, 1)
    for _ in range(5):
        world.refresher().refresh(dry_run=True)
    assert [each.runs for each in state(world, "litellm").refusals] == [1]
