"""How old the catalogue in force is taken to be: what was found to be still so is not old, what nobody found is."""

from __future__ import annotations

from llm_router.catalogue.reader import CatalogueReader
from llm_router.catalogue.source_state import RENEWED, RUNS, UNREAD_FOR_S, note_renewed, renewed_at
from llm_router.health import State
from llm_router.overview import OWN, Overview
from llm_router.ports import Record
from tests.support.models import model
from tests.support.refreshed import refreshed
from tests.support.sources import URLS, RefresherWorld, payload


def overview(world: RefresherWorld) -> Overview:
    reader = CatalogueReader(world.store, world.clock, lambda: world.bundled, check_every_s=0.0)
    return Overview(world.store, world.records, reader, world.clock)


def catalogue_of(world: RefresherWorld) -> State:
    return next(part.state for part in overview(world).components() if part.name == "catalogue")


def silent(world: RefresherWorld) -> RefresherWorld:
    """None of its sources on the web answers any more."""
    for url in URLS.values():
        world.web.pages[url] = TimeoutError()
    return world


def changed_by_hand(world: RefresherWorld) -> None:
    world.refresher().publisher.publish(lambda before: {**before.models, "acme/one": model("acme/one")}, "update")


def test_a_catalogue_in_which_nothing_changes_is_not_stale_while_its_sources_are_heard():
    world = refreshed(RefresherWorld())
    version = world.catalogue().version
    world.clock.pass_seconds(UNREAD_FOR_S)
    assert catalogue_of(world) is State.DEGRADED
    world.refresher().refresh()
    assert world.catalogue().version == version
    assert catalogue_of(world) is State.UP


def test_the_operators_own_file_renews_nothing():
    world = silent(refreshed(RefresherWorld(operator=lambda: payload("operator"))))
    world.clock.pass_seconds(UNREAD_FOR_S)
    world.refresher().refresh()
    assert catalogue_of(world) is State.DEGRADED


def test_a_version_that_a_refresh_made_without_reading_any_source_is_not_new():
    world = silent(RefresherWorld(operator=lambda: payload("operator")))
    world.refresher().refresh()
    assert world.catalogue().version == 1
    assert catalogue_of(world) is State.DEGRADED


def test_a_catalogue_that_no_refresh_could_read_anything_for_is_not_new_whatever_is_changed_by_hand():
    world = silent(RefresherWorld())
    assert catalogue_of(world) is State.UP
    world.refresher().refresh()
    assert world.store.current() is None
    assert catalogue_of(world) is State.DEGRADED
    changed_by_hand(world)
    assert catalogue_of(world) is State.DEGRADED


def test_one_change_by_hand_renews_no_catalogue_that_sources_made():
    world = silent(refreshed(RefresherWorld()))
    world.clock.pass_seconds(UNREAD_FOR_S)
    changed_by_hand(world)
    assert catalogue_of(world) is State.DEGRADED


def test_a_catalogue_made_by_hand_alone_is_as_new_as_its_last_change():
    world = RefresherWorld()
    changed_by_hand(world)
    assert catalogue_of(world) is State.UP
    world.clock.pass_seconds(UNREAD_FOR_S + 1)
    assert catalogue_of(world) is State.DEGRADED


def test_the_store_and_the_catalogue_are_so_since_the_start_and_not_since_somebody_looks():
    world = RefresherWorld()
    started = world.clock.now()
    overview(world).note()
    world.clock.pass_seconds(240)
    assert {part.since for part in overview(world).components() if part.name in OWN} == {started}


def test_what_is_no_time_counts_as_never():
    world = RefresherWorld()
    assert renewed_at(world.records) == 0.0
    note_renewed(world.records, 5.0)
    assert renewed_at(world.records) == 5.0
    world.records.put(Record(RUNS, RENEWED, "yesterday"))
    assert renewed_at(world.records) == 0.0
