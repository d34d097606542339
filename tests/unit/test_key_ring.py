"""Keys as they are asked for: nothing opens by half a hash, too late, or while it cannot be checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.auth import Access, Gatekeeper
from llm_router.client_keys import ID_LENGTH, KIND, MOST_KEYS, RETRY_AFTER_S, ClientKey, KeyBook, KeyRing
from llm_router.errors import StoreUnavailable, Unauthenticated, UnreadableRecord
from llm_router.ports import Record
from llm_router.renewal import LAST_GOOD_FOR_S
from tests.support.clock import FakeClock

CHECK_EVERY_S = 5.0
KEY = ClientKey("", "a team", "", 0.0)


class Switched(MemoryRecordStore):
    """A store that can be away, and counts how often it was asked."""

    away = False
    asked = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("away")

    def get(self, kind: str, key: str) -> Record | None:
        self._ask()
        return super().get(kind, key)

    def latest(self, kind: str, limit: int, *, first: str = "") -> Sequence[Record]:
        self._ask()
        return super().latest(kind, limit, first=first)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> Switched:
    return Switched(clock)


@pytest.fixture
def warned() -> list[str]:
    return []


@pytest.fixture
def book(store: Switched, warned: list[str]) -> KeyBook:
    return KeyBook(store, warned.append)


@pytest.fixture
def ring(book: KeyBook, clock: FakeClock) -> KeyRing:
    return KeyRing(book, clock, check_every_s=CHECK_EVERY_S)


def test_a_field_of_a_newer_release_shuts_nobody_out(book: KeyBook, ring: KeyRing, store: Switched):
    known = book.add(replace(KEY, usd_per_day=1.5), "secret")
    record = store.get(KIND, known.id)
    assert record is not None
    store.put(Record(KIND, known.id, json.dumps({**json.loads(record.body), "regions": ["eu"]})))
    assert ring.find(known.sha256) == known
    assert book.all() == [known]


def test_a_key_that_cannot_be_read_shuts_out_no_other(book: KeyBook, ring: KeyRing, store: Switched, warned: list[str]):
    first, second = book.add(replace(KEY, created_at=2.0), "secret"), book.add(KEY, "another")
    store.put(Record(KIND, "x", "{}"))
    assert ring.find(first.sha256) == first
    with pytest.raises(UnreadableRecord):
        ring.by_id("x")
    assert ring.find(second.sha256) == second
    assert book.all() == [first, second]
    assert warned == ["The stored key x cannot be read and is not listed."]
    book.remove("x")


def test_a_key_that_cannot_be_read_is_one(book: KeyBook, ring: KeyRing, store: Switched):
    store.put(Record(KIND, "x", "{}"))
    with pytest.raises(UnreadableRecord):
        ring.by_id("x")
    assert ring.any() is True


def test_a_key_is_found_by_the_whole_hash_only(book: KeyBook, ring: KeyRing):
    known = book.add(KEY, "secret")
    assert ring.find(known.sha256) == known
    assert ring.find(known.sha256[:-1] + "x") is None
    assert ring.find(known.sha256[:ID_LENGTH]) is None


def test_a_key_is_read_again_after_five_seconds_and_not_before(book, ring: KeyRing, store: Switched, clock: FakeClock):
    known = book.add(KEY, "secret")
    for seconds, asked in ((0.0, 1), (CHECK_EVERY_S - 0.01, 1), (0.01, 2), (CHECK_EVERY_S - 0.01, 2), (0.01, 3)):
        clock.pass_seconds(seconds)
        assert ring.by_id(known.id) == known
        assert store.asked == asked


def test_a_key_that_was_taken_back_opens_nothing_seconds_later(book: KeyBook, ring: KeyRing, clock: FakeClock):
    known = book.add(KEY, "secret")
    assert ring.find(known.sha256) == known
    book.remove(known.id)
    assert ring.find(known.sha256) == known
    clock.pass_seconds(CHECK_EVERY_S)
    assert ring.find(known.sha256) is None


def test_a_key_that_is_forgotten_is_read_anew_at_once(book: KeyBook, ring: KeyRing):
    known = book.add(KEY, "secret")
    assert ring.find(known.sha256) == known
    book.remove(known.id)
    ring.forget(known.id)
    assert ring.find(known.sha256) is None
    ring.forget("never known")


def test_a_key_opens_until_the_moment_it_expires(book: KeyBook, ring: KeyRing, clock: FakeClock):
    known = book.add(replace(KEY, expires_at=clock.now() + 2), "secret")
    clock.pass_seconds(1.9)
    assert ring.by_id(known.id) == known
    clock.pass_seconds(0.1)
    assert ring.by_id(known.id) is None


def test_a_key_that_has_expired_is_defined_until_it_is_removed(book: KeyBook, ring: KeyRing, clock: FakeClock):
    known = book.add(replace(KEY, expires_at=clock.now() + 2), "secret")
    clock.pass_seconds(CHECK_EVERY_S + 2)
    assert ring.any() is True
    assert book.all() == [known]
    book.remove(known.id)
    clock.pass_seconds(CHECK_EVERY_S)
    assert ring.any() is False


def test_an_expired_key_opens_no_loopback_listener_that_it_closed(book: KeyBook, ring: KeyRing, clock: FakeClock):
    book.add(replace(KEY, expires_at=clock.now() + 2), "secret")

    def id_of(digest: str) -> str | None:
        found = ring.find(digest)
        return None if found is None else found.id

    gatekeeper = Gatekeeper(True, lambda: "", id_of, ring.any)
    headers = {"x-api-key": "secret", "host": "127.0.0.1"}
    assert gatekeeper.admit(Access.CLIENT, headers).key_id
    clock.pass_seconds(CHECK_EVERY_S + 2)
    for each in (headers, {"host": "127.0.0.1"}):
        with pytest.raises(Unauthenticated):
            gatekeeper.admit(Access.CLIENT, each)


def test_a_key_seen_before_stays_good_for_a_quarter_of_an_hour_while_the_store_is_away(book, ring, store, clock):
    known = book.add(KEY, "secret")
    assert ring.find(known.sha256) == known
    store.away = True
    clock.pass_seconds(LAST_GOOD_FOR_S)
    assert ring.find(known.sha256) == known
    clock.pass_seconds(0.1)
    with pytest.raises(StoreUnavailable):
        ring.find(known.sha256)
    store.away = False
    clock.pass_seconds(RETRY_AFTER_S)
    assert ring.find(known.sha256) == known


def test_while_the_store_is_away_one_in_ten_seconds_asks_it_and_a_key_never_seen_is_refused(book, ring, store, clock):
    other = book.add(KEY, "another")
    store.away = True
    for passed, asked in ((0.0, 1), (1.0, 1), (RETRY_AFTER_S - 1.01, 1), (0.01, 2)):
        clock.pass_seconds(passed)
        with pytest.raises(StoreUnavailable):
            ring.find(other.sha256)
        assert store.asked == asked
    clock.pass_seconds(4.0)
    with pytest.raises(StoreUnavailable, match="Keys cannot be checked now") as refused:
        ring.find(other.sha256)
    assert refused.value.retry_after_s == pytest.approx(RETRY_AFTER_S - 4.0)


def test_whether_there_are_keys_stays_as_it_was_last_known(book: KeyBook, ring: KeyRing, store, clock: FakeClock):
    store.away = True
    assert ring.any() is None, "nobody knows"
    store.away = False
    clock.pass_seconds(RETRY_AFTER_S)
    assert ring.any() is False
    book.add(KEY, "secret")
    assert ring.any() is False
    clock.pass_seconds(CHECK_EVERY_S)
    assert ring.any() is True
    store.away = True
    clock.pass_seconds(10 * LAST_GOOD_FOR_S)
    assert ring.any() is True


def test_the_ring_holds_so_many_keys_and_no_more(book: KeyBook, ring: KeyRing, store: Switched, monkeypatch):
    assert MOST_KEYS == 10_000
    monkeypatch.setattr("llm_router.client_keys.MOST_KEYS", 2)
    first, second, third = (book.add(KEY, secret) for secret in "abc")
    for key in (first, second, first, second):
        ring.by_id(key.id)
    assert store.asked == 2
    ring.by_id(third.id)
    ring.by_id(third.id)
    assert store.asked == 3
    ring.by_id(first.id)
    assert store.asked == 4
