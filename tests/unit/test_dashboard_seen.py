"""What the dashboard tells: windows of time, since when the whole is as it is, and less while a store is down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.catalogue.reader import CatalogueReader
from llm_router.catalogue.refresher import Refresher
from llm_router.dashboard import Dashboard, Seen, Window, window_named
from llm_router.decisions import DecisionLog
from llm_router.errors import CatalogueUnavailable, InvalidRequest, StoreUnavailable
from llm_router.figures import Figures
from llm_router.health import Component, State
from llm_router.overview import Overview
from llm_router.ports import Clock, RecordStore
from tests.support.refreshed import refreshed
from tests.support.sources import RefresherWorld


class Silent(MemoryRecordStore):
    """A record store that does not answer."""

    def __getattribute__(self, name: str) -> object:
        if not name.startswith("_"):
            raise StoreUnavailable("It is down.")
        return super().__getattribute__(name)


def dashboard(world: RefresherWorld, records: RecordStore, refresher: Callable[[], Refresher]) -> Dashboard:
    clock: Clock = world.clock
    reader = CatalogueReader(world.store, clock, lambda: world.bundled, check_every_s=0.0)
    overview = Overview(world.store, records, reader, clock)
    return Dashboard(Figures(records, clock), overview, reader, refresher, records, DecisionLog(records), clock)


def down() -> Refresher:
    raise StoreUnavailable("It is down.")


def test_everything_is_told_of_a_service_that_is_well():
    world = refreshed(RefresherWorld())
    seen = dashboard(world, world.records, world.refresher).seen(Window.DAY)
    assert len(seen.buckets) == 24
    assert seen.in_use is not None
    assert seen.in_use.current == world.store.current()
    assert seen.in_use.last_run is not None
    assert {source.name for source in seen.sources} == {source.name for source in world.refresher().states()}
    assert seen.now == world.clock.now()


def test_the_catalogue_is_told_of_while_the_records_cannot_be_read():
    world = refreshed(RefresherWorld())
    seen = dashboard(world, Silent(world.clock), down).seen(Window.HOUR)
    assert [*seen.buckets, *seen.sources, *seen.processes, *seen.decisions] == []
    assert seen.in_use is not None
    assert (seen.in_use.current, seen.in_use.last_run) == (world.store.current(), None)


def test_without_a_catalogue_the_rest_is_told_of(monkeypatch: pytest.MonkeyPatch):
    world = refreshed(RefresherWorld())
    found = dashboard(world, world.records, world.refresher)

    def unavailable() -> object:
        raise CatalogueUnavailable("There is none.")

    monkeypatch.setattr(found.reader, "in_force", unavailable)
    seen = found.seen(Window.HOUR)
    assert seen.in_use is None
    assert seen.sources
    assert seen.state is State.DOWN


@pytest.mark.parametrize("window", Window)
def test_a_window_is_whole_buckets(window: Window):
    assert window_named(window.value) is window
    assert window.seconds % window.step_s == 0


def test_other_windows_are_refused_by_the_names_of_those_there_are():
    with pytest.raises(InvalidRequest) as refused:
        window_named("year")
    assert refused.value.fields[0].problem == "must be one of hour, day, week"


@pytest.mark.parametrize(
    ("parts", "state", "since"),
    [
        ([(State.UP, 10.0), (State.UP, 20.0)], State.UP, 20.0),
        ([(State.UP, 10.0), (State.DEGRADED, 40.0), (State.DEGRADED, 30.0)], State.DEGRADED, 30.0),
        ([(State.DEGRADED, 10.0), (State.DOWN, 50.0)], State.DOWN, 50.0),
        ([(State.UP, None)], State.UP, None),
    ],
)
def test_the_whole_is_well_since_its_last_part_is_and_ill_since_its_first(
    parts: list[tuple[State, float | None]], state: State, since: float | None
):
    components = [Component("part", each, since=at) for each, at in parts]
    seen = Seen(60.0, Window.HOUR, (), components, None, (), (), ())
    assert (seen.state, seen.since) == (state, since)
