"""How old what a process holds may be: the figures that are promised, written out here, as the process is put together.

The stores are in memory, whatever the settings say: what is asked is only how often.
"""

from __future__ import annotations

import pytest

from llm_router import settings
from llm_router.adapters.memory import MemoryBlobStore, MemoryCatalogueStore, MemoryRecordStore
from llm_router.catalogue.publishing import Publisher
from llm_router.client_keys import ClientKey
from llm_router.composition.generating import Generating
from llm_router.composition.services import Services
from llm_router.lazy import Lazy
from llm_router.outcomes import TimedAttempt
from llm_router.overview import Overview
from llm_router.own_categories import OwnCategory
from llm_router.ports import VersionInfo
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock
from tests.support.models import model


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def on_aws(clock: FakeClock) -> Services:
    """A process as on AWS, on stores in memory."""
    given = {"STORE": "aws", "BUCKET_NAME": "nobody-asks", "HASH_SECRET": "secret", "LOG_LEVEL": "ERROR"}
    made = Services(settings.load(given), clock)
    made.catalogue_store = Lazy(MemoryCatalogueStore)
    made.records = Lazy(lambda: MemoryRecordStore(clock))
    made.blobs = Lazy(MemoryBlobStore)
    made.generating = Generating(made)
    return made


def publish(services: Services, name: str) -> None:
    """Another process publishes a catalogue with this model."""
    entry = model(name)
    publisher: Publisher = services.ingesting.publisher()
    publisher.publish(lambda before: {**before.models, entry.id: entry}, "test")


def test_a_key_that_was_taken_back_opens_nothing_ten_seconds_later(on_aws: Services, clock: FakeClock):
    book, ring = on_aws.generating.key_book(), on_aws.generating.key_ring()
    key = book.add(ClientKey("", "a team", "", clock.now()), "secret")
    assert ring.find(key.sha256) == key
    book.remove(key.id)
    clock.pass_seconds(10)
    assert ring.find(key.sha256) is None


def test_a_process_that_wakes_asks_for_the_catalogue_of_now(on_aws: Services):
    reader = on_aws.reader()
    publish(on_aws, "one")
    assert reader.in_force().catalogue.find("acme/one") is not None
    publish(on_aws, "two")
    assert reader.in_force().catalogue.find("acme/two") is None
    on_aws.restored()
    assert reader.in_force().catalogue.find("acme/two") is not None


def test_a_process_that_wakes_asks_for_the_own_categories_of_now(on_aws: Services):
    def known() -> bool:
        found = on_aws.classifier().classify("Where is my invoice?").classification
        return "invoices" in found.probabilities

    assert not known()
    on_aws.categories().put(
        OwnCategory("invoices", "Questions on bills", ("This bill is wrong", "Send me the invoice"))
    )
    assert not known()
    on_aws.restored()
    assert known()


def test_a_process_that_wakes_and_never_classified_does_not_load_the_model_for_it(on_aws: Services):
    on_aws.restored()
    assert not on_aws.model.made


def test_an_attempt_of_an_hour_ago_counts_half(on_aws: Services, clock: FakeClock):
    on_aws.learning.attempt_book().record(TimedAttempt("acme/one", Category.CODING, Difficulty.EASY, "server_error"))
    assert on_aws.learning.live().fresh().observed["acme/one"].tries == pytest.approx(1)
    clock.pass_seconds(3600)
    assert on_aws.learning.live().fresh().observed["acme/one"].tries == pytest.approx(0.5)


class Counted(MemoryCatalogueStore):
    """Counts how often it is asked."""

    asked = 0

    def current(self) -> VersionInfo | None:
        self.asked += 1
        return super().current()


def test_the_parts_are_asked_how_they_are_once_a_second(on_aws: Services, clock: FakeClock):
    store = Counted()
    overview = Overview(store, on_aws.records(), on_aws.reader(), clock)
    asked = []
    for seconds in (0, 0.5, 0.4, 0.2):
        clock.pass_seconds(seconds)
        before = store.asked
        overview.components()
        asked.append(store.asked > before)
    assert asked == [True, False, False, True]
