"""Each doubt about a source has a week of its own: what has stood vouches for nothing that has come since."""

from __future__ import annotations

from llm_router.catalogue.source_state import Health
from tests.support.refreshed import Change, daily, ended, half_gone, litellm, priced, state
from tests.support.sources import URLS, FakeReply, RefresherWorld, payload


def renamed(*fields: str) -> Change:
    def change(document: dict) -> None:
        for row in document.values():
            for field in fields:
                if field in row:
                    row[f"new_{field}"] = row.pop(field)

    return change


def serve(world: RefresherWorld, *changes: Change) -> None:
    def change(document: dict) -> None:
        for each in changes:
            each(document)

    world.web.serve(URLS["litellm"], litellm(change))


def told(world: RefresherWorld) -> tuple[Health, str]:
    found = state(world, "litellm")
    return found.health, found.error or ""


def test_models_that_end_at_once_are_refused_though_a_harmless_doubt_has_stood(world: RefresherWorld):
    before = {entry.id for entry in world.catalogue() if entry.active}
    serve(world, renamed("supports_vision"))
    daily(world, 7)
    serve(world, renamed("supports_vision"), ended())
    world.refresher().refresh()
    health, error = told(world)
    assert (health, "models at once" in error) == (Health.REFUSED, True)
    assert "refused since 2026-12-02, and taken as it is from 2026-12-09 on" in error
    assert len({entry.id for entry in world.catalogue() if entry.active} & before) > 0.9 * len(before)


def test_a_fact_that_is_told_no_more_vouches_for_no_other(world: RefresherWorld):
    serve(world, renamed("supports_vision"))
    daily(world, 7)
    serve(world, renamed("supports_vision", "max_input_tokens"))
    world.refresher().refresh()
    health, error = told(world)
    assert (health, "tells context_window" in error) == (Health.REFUSED, True)


def test_what_is_doubted_at_the_same_time_is_taken_at_the_same_time(world: RefresherWorld):
    serve(world, half_gone, renamed("supports_vision"))
    daily(world, 7)
    assert told(world)[0] is Health.REFUSED
    world.refresher().refresh()
    found = state(world, "litellm")
    assert (found.health, found.refusals) == (Health.FRESH, ())
    assert [problem.startswith("the whole: ") for problem in found.problems[:3]] == [True, True, False]


def test_doubts_that_come_one_after_the_other_are_taken_a_week_after_the_last(world: RefresherWorld):
    serve(world, renamed("supports_vision"))
    daily(world, 4)
    serve(world, renamed("supports_vision"), half_gone)
    daily(world, 7)
    assert told(world)[0] is Health.REFUSED
    world.refresher().refresh()
    assert told(world)[0] is Health.FRESH


def test_prices_that_have_been_taken_need_no_other_week_when_a_later_doubt_goes(world: RefresherWorld):
    serve(world, priced(10))
    daily(world, 8)
    assert told(world)[0] is Health.FRESH
    serve(world, priced(10), half_gone)
    daily(world, 1)
    assert told(world)[0] is Health.REFUSED
    serve(world, priced(10))
    daily(world, 1)
    assert told(world)[0] is Health.FRESH


def test_what_was_taken_in_vain_is_taken_whole_once_something_can_be_published(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o"].update(max_input_tokens=99_000)))
    world.refresher().refresh()
    world.refresher().publisher.rollback(1)
    serve(world, half_gone, priced(10))
    daily(world, 9, scheduled=True)
    assert told(world)[0] is Health.REFUSED
    assert world.refresher().refresh().diff.removed
    assert told(world)[0] is Health.FRESH


def test_a_source_that_comes_back_whole_after_a_long_partial_outage_is_believed(world: RefresherWorld):
    before = world.catalogue().models.keys()

    def most_gone(document: dict) -> None:
        half_gone(document)
        for name in list(document)[:6]:
            del document[name]

    serve(world, most_gone)
    daily(world, 9)
    assert told(world)[0] is Health.FRESH
    assert world.catalogue().models.keys() != before
    world.web.pages[URLS["litellm"]] = FakeReply(body=payload("litellm"))
    world.refresher().refresh()
    assert told(world) == (Health.FRESH, "")
    assert world.catalogue().models.keys() == before
