"""What another release has published or kept: read as far as it is understood, and no catalogue written over unread."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from llm_router.adapters.memory import MemoryCatalogueStore
from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.publishing import Publisher, held_by_rollback
from llm_router.catalogue.reader import CatalogueReader
from llm_router.catalogue.snapshot import FORMAT, dumps, loads
from llm_router.catalogue.source_state import KIND, LATEST, RUNS, Health
from llm_router.errors import FieldProblem, InvalidRequest, SnapshotCorrupt, SnapshotOfOtherFormat, StoreUnavailable
from llm_router.json_values import Json
from llm_router.ports import Record, VersionInfo
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.refreshed import litellm, state
from tests.support.sources import URLS, FakeReply, RefresherWorld

ONE = Catalogue(0, {"acme/one": model("one")})


def changed(change: Callable[[dict], None]) -> bytes:
    document = json.loads(gzip.decompress(dumps(ONE)))
    change(document)
    return gzip.compress(json.dumps(document).encode())


LATER = changed(lambda document: document.update(format=FORMAT + 1, something={}))
WITH_MORE = changed(lambda document: document["models"][0].update(mood={"on mondays": 1}))


@pytest.fixture
def store() -> MemoryCatalogueStore:
    store = MemoryCatalogueStore()
    for payload in (dumps(ONE), LATER):
        head = store.current()
        draft = VersionInfo(0, "", 0.0, "refresh", 1, 1, "")
        store.publish(payload, draft, expected_version=head.version if head else None)
    return store


def publisher(store: MemoryCatalogueStore) -> Publisher:
    return Publisher(store, FakeClock(), lambda: Catalogue(0, {}))


def test_a_field_of_an_entry_that_this_release_does_not_know_is_passed_over():
    assert loads(WITH_MORE, 0) == ONE
    with pytest.raises(SnapshotCorrupt):
        loads(changed(lambda document: document["models"][0].pop("provider")), 0)


def test_an_update_goes_on_from_a_catalogue_with_such_a_field(store: MemoryCatalogueStore):
    store.publish(WITH_MORE, VersionInfo(0, "", 0.0, "update", 1, 1, ""), expected_version=2)
    two = publisher(store).publish(lambda before: {**before.models, "acme/two": model("two")}, "update")
    assert (two.version, two.diff.added, two.diff.changed) == (4, ("acme/two",), ())


def test_another_format_is_told_from_damage():
    with pytest.raises(SnapshotOfOtherFormat):
        loads(LATER, 2)
    with pytest.raises(SnapshotCorrupt) as damage:
        loads(LATER[:-5], 2)
    assert not isinstance(damage.value, SnapshotOfOtherFormat)


@pytest.mark.parametrize("as_the_schedule_does", [True, False])
def test_nothing_is_published_over_another_format(store: MemoryCatalogueStore, as_the_schedule_does: bool):
    with pytest.raises(StoreUnavailable) as refusal:
        publisher(store).publish(lambda before: before.models, "refresh", unless_held=as_the_schedule_does)
    assert refusal.value.nothing_done
    assert [info.version for info in store.versions()] == [2, 1]
    found = CatalogueReader(store, FakeClock(), lambda: Catalogue(0, {})).in_force()
    assert (found.catalogue, found.degraded) == (replace(ONE, version=1), True)


def test_going_back_replaces_it(store: MemoryCatalogueStore):
    assert publisher(store).rollback(1).version == 3
    assert held_by_rollback(store.current())
    assert publisher(store).current().models == ONE.models


def test_what_cannot_be_read_cannot_be_gone_back_to_and_the_field_is_named(store: MemoryCatalogueStore):
    with pytest.raises(InvalidRequest, match="another release's format") as refused:
        publisher(store).rollback(2)
    assert refused.value.fields == (FieldProblem("version", "is one that cannot be gone back to"),)
    assert [info.version for info in store.versions()] == [2, 1]


def as_kept_by_a_newer_one(world: RefresherWorld, kind: str, key: str, **changes: Json) -> None:
    record = world.records.get(kind, key)
    assert record is not None
    world.records.put(Record(kind, key, json.dumps({**json.loads(record.body), "mood": 1, **changes})))


@pytest.mark.parametrize("changes", [{}, {"health": "sulking"}, {"refusals": [{"ground": "a hunch", "since": 1.0}]}])
def test_what_a_newer_release_has_kept_of_a_source_leaves_its_last_good_data(world: RefresherWorld, changes: dict):
    before, known = world.catalogue(), state(world, "litellm")
    as_kept_by_a_newer_one(world, KIND, "litellm", **changes)
    read = state(world, "litellm")
    assert (read.sha256, read.last_success, read.told) == (known.sha256, known.last_success, known.told)
    assert (read.health, read.refusals) == (Health.NEVER if "health" in changes else known.health, ())
    world.web.pages[URLS["litellm"]] = FakeReply(500)
    assert world.refresher().refresh().diff.empty
    assert world.catalogue() == before
    assert state(world, "litellm").last_success == known.last_success


def test_what_a_newer_release_has_kept_of_the_last_run_is_read(world: RefresherWorld):
    world.web.serve(URLS["litellm"], litellm(lambda d: d["gpt-4o-mini"].update(input_cost_per_token=1.5e-06)))
    world.refresher().refresh()
    last = world.refresher().last_run()
    assert last is not None
    (doubt,) = last.quarantined
    as_kept_by_a_newer_one(world, RUNS, LATEST, quarantined=[{**asdict(doubt), "mood": 1}])
    assert world.refresher().last_run() == last
