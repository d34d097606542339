"""The catalogue in force while versions of it cannot be read, and what heals it."""

from __future__ import annotations

import pytest

from llm_router.adapters.memory import MemoryCatalogueStore
from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.publishing import Publisher, held_by_rollback
from llm_router.catalogue.reader import CatalogueReader
from llm_router.errors import SnapshotCorrupt
from llm_router.renewal import CHECK_EVERY_S, LAST_GOOD_FOR_S
from tests.support.clock import FakeClock
from tests.support.models import model

BUNDLED = Catalogue(0, {"acme/bundled": model("bundled")})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def publish(store: MemoryCatalogueStore, clock: FakeClock, name: str) -> None:
    added = {f"acme/{name}": model(name)}
    Publisher(store, clock, lambda: BUNDLED).publish(lambda before: {**before.models, **added}, "test")


class Damaged(MemoryCatalogueStore):
    """A store in which some versions cannot be read."""

    lost: frozenset[int] = frozenset()

    def payload(self, version: int) -> bytes:
        if version in self.lost:
            raise SnapshotCorrupt("truncated")
        return super().payload(version)


def test_a_damaged_version_leaves_the_one_before_in_force_for_as_long_as_it_takes(clock: FakeClock):
    store = Damaged()
    for name in ("one", "two", "three"):
        publish(store, clock, name)
    store.lost = frozenset({2, 3})
    reader = CatalogueReader(store, clock, lambda: BUNDLED)
    for _ in range(3):
        found = reader.in_force()
        assert (found.catalogue.version, found.degraded) == (1, True)
        clock.pass_seconds(LAST_GOOD_FOR_S)


def test_a_damaged_version_is_read_again_only_now_and_then_though_the_store_is_asked_every_time(clock: FakeClock):
    store = Damaged()
    publish(store, clock, "one")
    publish(store, clock, "two")
    store.lost = frozenset({2})
    reader = CatalogueReader(store, clock, lambda: BUNDLED, check_every_s=0.0)
    found = reader.in_force()
    assert (found.catalogue.version, found.degraded) == (1, True)
    store.lost = frozenset()
    clock.pass_seconds(CHECK_EVERY_S - 1)
    assert reader.in_force().catalogue is found.catalogue
    assert reader.in_force().degraded
    clock.pass_seconds(1)
    assert (reader.in_force().catalogue.version, reader.in_force().degraded) == (2, False)


def test_what_is_published_over_a_damaged_version_is_in_force_at_once(clock: FakeClock):
    store = Damaged()
    publish(store, clock, "one")
    store.lost = frozenset({1})
    reader = CatalogueReader(store, clock, lambda: BUNDLED, check_every_s=0.0)
    assert reader.in_force().degraded
    publish(store, clock, "two")
    assert (reader.in_force().catalogue.version, reader.in_force().degraded) == (2, False)


def test_with_every_version_damaged_the_bundled_catalogue_is_in_force(clock: FakeClock):
    store = Damaged()
    publish(store, clock, "one")
    store.lost = frozenset({1})
    found = CatalogueReader(store, clock, lambda: BUNDLED).in_force()
    assert (found.catalogue, found.degraded) == (BUNDLED, True)


def test_a_damaged_version_is_healed_by_the_next_publication_even_one_that_changes_nothing(clock: FakeClock):
    store = Damaged()
    publish(store, clock, "one")
    publish(store, clock, "two")
    store.lost = frozenset({2})
    publisher = Publisher(store, clock, lambda: BUNDLED)
    assert publisher.current().version == 2
    healed = publisher.publish(lambda before: before.models, "refresh", expected_version=2)
    assert healed.version == 3
    found = CatalogueReader(store, clock, lambda: BUNDLED).in_force()
    assert (found.catalogue.version, found.degraded, set(found.catalogue.models)) == (
        3,
        False,
        {"acme/bundled", "acme/one"},
    )


def test_what_was_gone_back_to_is_made_again_where_it_is_damaged_and_stays_held(clock: FakeClock):
    store = Damaged()
    publish(store, clock, "one")
    publish(store, clock, "two")
    publisher = Publisher(store, clock, lambda: BUNDLED)
    publisher.rollback(1)
    store.lost = frozenset({3})
    healed = publisher.publish(lambda _: {}, "refresh", unless_held=True)
    assert (healed.version, healed.held, held_by_rollback(store.current())) == (4, True, True)
    assert publisher.current().models.keys() == {"acme/bundled", "acme/one"}


def test_a_damaged_version_can_be_rolled_back(clock: FakeClock):
    store = Damaged()
    publish(store, clock, "one")
    publish(store, clock, "two")
    store.lost = frozenset({2})
    publisher = Publisher(store, clock, lambda: BUNDLED)
    assert publisher.rollback(1).version == 3
    assert publisher.current().models.keys() == {"acme/bundled", "acme/one"}
