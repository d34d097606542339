"""How old the catalogue in force is taken to be: what was found to be still so is not old."""

from __future__ import annotations

from llm_router.catalogue.reader import CatalogueReader
from llm_router.catalogue.source_state import SourceState, last_heard, save
from llm_router.health import State
from llm_router.overview import STALE_AFTER_S, Overview
from tests.support.refreshed import refreshed
from tests.support.sources import World


def catalogue_of(world: World) -> State:
    reader = CatalogueReader(world.store, world.clock, lambda: world.bundled, check_every_s=0.0)
    parts = Overview(world.store, world.records, reader, world.clock).components()
    return next(part.state for part in parts if part.name == "catalogue")


def test_a_catalogue_in_which_nothing_changes_is_not_stale_while_its_sources_are_heard():
    world = refreshed(World())
    version = world.catalogue().version
    world.clock.pass_seconds(STALE_AFTER_S)
    assert catalogue_of(world) is State.DEGRADED
    world.refresher().refresh()
    assert world.catalogue().version == version
    assert catalogue_of(world) is State.UP


def test_when_a_source_was_last_heard_is_the_latest_of_all():
    world = World()
    assert last_heard(world.records) == 0.0
    save(world.records, [SourceState("a", last_success=5.0), SourceState("b"), SourceState("c", last_success=9.0)])
    assert last_heard(world.records) == 9.0
