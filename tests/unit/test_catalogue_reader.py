"""The catalogue in force: F4 to F6, on a store that can be made to fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.adapters.memory import MemoryCatalogueStore
from llm_router.catalogue.ending import PAST
from llm_router.catalogue.entry import Catalogue, ModelStatus, Provenance
from llm_router.catalogue.publishing import Publisher
from llm_router.catalogue.reader import CatalogueReader
from llm_router.clock import iso_date
from llm_router.errors import CatalogueUnavailable, SnapshotCorrupt, StoreUnavailable
from llm_router.ports import VersionInfo
from llm_router.renewal import CHECK_EVERY_S, LAST_GOOD_FOR_S
from tests.support.clock import FakeClock
from tests.support.models import model

DAY = 86_400.0
BUNDLED = Catalogue(0, {"acme/bundled": model("bundled")})


class Faulty(MemoryCatalogueStore):
    """A store that is down, or hands out what is corrupt, when told to."""

    down = False
    corrupt = False
    asked = 0

    def current(self) -> VersionInfo | None:
        self.asked += 1
        if self.down:
            raise StoreUnavailable("away")
        return super().current()

    def payload(self, version: int) -> bytes:
        if self.corrupt:
            raise SnapshotCorrupt("truncated")
        return super().payload(version)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> Faulty:
    return Faulty()


@pytest.fixture
def reader(store: Faulty, clock: FakeClock) -> CatalogueReader:
    return CatalogueReader(store, clock, lambda: BUNDLED)


def publish(store: MemoryCatalogueStore, clock: FakeClock, name: str) -> None:
    def add(before: Catalogue) -> dict:
        return {**before.models, f"acme/{name}": replace(model(name))}

    Publisher(store, clock, lambda: BUNDLED).publish(add, "test")


def test_before_the_first_publication_the_bundled_catalogue_is_in_force(reader: CatalogueReader):
    found = reader.in_force()
    assert (found.catalogue, found.degraded) == (BUNDLED, False)


def test_a_new_version_is_seen_within_half_a_minute_and_the_store_is_not_asked_before(reader, store, clock):
    reader.in_force()
    publish(store, clock, "new")
    asked = store.asked
    for _ in range(100):
        assert reader.in_force().catalogue.version == 0
    assert store.asked == asked
    clock.pass_seconds(CHECK_EVERY_S)
    found = reader.in_force().catalogue
    assert found.version == 1
    assert set(found.models) == {"acme/bundled", "acme/new"}


def test_on_its_day_a_model_is_deprecated_without_a_refresh_unless_the_operator_has_stated_its_status(clock):
    ends = iso_date(FakeClock(clock.now() + DAY))
    going = model("going", deprecation_date=ends)
    staying = replace(going, id="acme/staying", provenance={"status": Provenance("operator")})
    off = replace(going, id="acme/off", status=ModelStatus.DISABLED, provenance=staying.provenance)
    catalogue = Catalogue(0, {each.id: each for each in (going, staying, off, model("other"))})
    reader = CatalogueReader(Faulty(), clock, lambda: catalogue)
    assert reader.in_force().catalogue is catalogue
    clock.pass_seconds(DAY)
    found = reader.in_force().catalogue
    assert found.models[going.id].status is ModelStatus.DEPRECATED
    assert found.models[going.id].provenance["status"].note == PAST
    assert [found.models[each.id] for each in (staying, off)] == [staying, off]
    assert [*found.models] == [*catalogue.models]


def test_the_catalogue_is_the_same_object_all_day_whatever_becomes_of_its_store(store, clock):
    over = Catalogue(0, {"acme/over": model("over", deprecation_date="2020-01-01")})
    reader = CatalogueReader(store, clock, lambda: over)
    found = reader.in_force().catalogue
    assert not found.active()
    for store.down in (True, False):
        clock.pass_seconds(CHECK_EVERY_S)
        assert reader.in_force().catalogue is found


def test_whoever_has_just_published_sees_it_at_once(reader, store, clock):
    reader.in_force()
    publish(store, clock, "new")
    reader.forget()
    assert reader.in_force().catalogue.version == 1


def test_f4_a_store_that_fails_leaves_the_last_good_version_for_fifteen_minutes_then_503(reader, store, clock):
    publish(store, clock, "new")
    assert reader.in_force().catalogue.version == 1
    store.down = True
    clock.pass_seconds(CHECK_EVERY_S)
    found = reader.in_force()
    assert (found.catalogue.version, found.degraded) == (1, True)
    clock.pass_seconds(LAST_GOOD_FOR_S)
    with pytest.raises(CatalogueUnavailable) as refused:
        reader.in_force()
    assert refused.value.retry_after_s
    store.down = False
    clock.pass_seconds(CHECK_EVERY_S)
    assert reader.in_force().degraded is False


def test_f4_only_one_request_in_a_while_finds_out_that_the_store_is_down(reader, store):
    store.down = True
    for _ in range(50):
        assert reader.in_force().degraded
    assert store.asked == 1


def test_f5_on_a_cold_start_without_a_store_the_bundled_catalogue_answers_degraded(reader, store):
    store.down = True
    found = reader.in_force()
    assert (found.catalogue, found.degraded) == (BUNDLED, True)


def test_f6_a_corrupt_snapshot_leaves_the_version_before_in_force(reader, store, clock):
    publish(store, clock, "one")
    assert reader.in_force().catalogue.version == 1
    publish(store, clock, "two")
    store.corrupt = True
    clock.pass_seconds(CHECK_EVERY_S)
    found = reader.in_force()
    assert (found.catalogue.version, found.degraded) == (1, True)
    store.corrupt = False
    clock.pass_seconds(CHECK_EVERY_S)
    assert reader.in_force().catalogue.version == 2


def test_a_store_that_is_put_back_in_time_and_published_to_again_is_read_anew_under_the_same_number(
    reader: CatalogueReader, store: Faulty, clock: FakeClock
):
    before = Faulty()
    publish(store, clock, "one")
    assert reader.in_force().catalogue.version == 1
    store._versions, store._payloads = before._versions, before._payloads
    publish(store, clock, "other")
    clock.pass_seconds(CHECK_EVERY_S)
    found = reader.in_force()
    assert (found.degraded, found.catalogue.version) == (False, 1)
    assert found.catalogue.models.keys() == {"acme/bundled", "acme/other"}


def test_as_long_as_the_store_holds_the_same_it_is_not_read_again(
    reader: CatalogueReader, store: Faulty, clock: FakeClock
):
    publish(store, clock, "one")
    found = reader.in_force().catalogue
    store.corrupt = True
    clock.pass_seconds(CHECK_EVERY_S)
    assert reader.in_force().catalogue is found
    assert not reader.in_force().degraded
