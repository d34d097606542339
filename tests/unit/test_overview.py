"""How old the catalogue in force is taken to be: what was found to be still so is not old."""

from __future__ import annotations

from llm_router.catalogue.reader import CatalogueReader
from llm_router.catalogue.source_state import RENEWED, RUNS, UNREAD_FOR_S, note_renewed, renewed_at
from llm_router.health import State
from llm_router.overview import Overview
from llm_router.ports import Record
from tests.support.refreshed import refreshed
from tests.support.sources import URLS, RefresherWorld, payload


def catalogue_of(world: RefresherWorld) -> State:
    reader = CatalogueReader(world.store, world.clock, lambda: world.bundled, check_every_s=0.0)
    parts = Overview(world.store, world.records, reader, world.clock).components()
    return next(part.state for part in parts if part.name == "catalogue")


def test_a_catalogue_in_which_nothing_changes_is_not_stale_while_its_sources_are_heard():
    world = refreshed(RefresherWorld())
    version = world.catalogue().version
    world.clock.pass_seconds(UNREAD_FOR_S)
    assert catalogue_of(world) is State.DEGRADED
    world.refresher().refresh()
    assert world.catalogue().version == version
    assert catalogue_of(world) is State.UP


def test_the_operators_own_file_renews_nothing():
    world = refreshed(RefresherWorld(operator=lambda: payload("operator")))
    for url in URLS.values():
        world.web.pages[url] = TimeoutError()
    world.clock.pass_seconds(UNREAD_FOR_S)
    world.refresher().refresh()
    assert catalogue_of(world) is State.DEGRADED


def test_what_is_no_time_counts_as_never():
    world = RefresherWorld()
    assert renewed_at(world.records) == 0.0
    note_renewed(world.records, 5.0)
    assert renewed_at(world.records) == 5.0
    world.records.put(Record(RUNS, RENEWED, "yesterday"))
    assert renewed_at(world.records) == 0.0
