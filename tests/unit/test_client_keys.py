"""Keys as they are kept: whole, without the secret, and none that cannot be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.auth import key_hash
from llm_router.client_keys import (
    ID_LENGTH,
    KIND,
    ClientKey,
    KeyBook,
    new_secret,
)
from llm_router.errors import NotFound, UnreadableRecord
from llm_router.ports import Record
from tests.support.clock import FakeClock

KEY = ClientKey("", "a team", "", 0.0)
LIMITED = ClientKey(
    "", "all of it", "", 7.0, 2e9, ("acme/one",), ("acme",), requests_per_minute=3, usd_per_day=1.5, usd_per_month=9.0,
    caches=True,
)  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> MemoryRecordStore:
    return MemoryRecordStore(clock)


@pytest.fixture
def book(store: MemoryRecordStore) -> KeyBook:
    return KeyBook(store, pytest.fail)


def test_a_secret_is_long_random_and_tells_scanners_what_it_is():
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    for secret in made:
        assert secret.startswith("rk-")
        assert len(secret.removeprefix("rk-")) == 43, "256 bits in base64"


def test_a_key_is_kept_whole_under_the_hash_of_its_secret_and_without_it(book: KeyBook, store: MemoryRecordStore):
    kept = book.add(LIMITED, "secret")
    assert kept == replace(LIMITED, id=key_hash("secret")[:ID_LENGTH], sha256=key_hash("secret"))
    assert ID_LENGTH == 16
    assert book.find(kept.id) == kept
    record = store.get(KIND, kept.id)
    assert record is not None
    assert record.expires_at is None, "who has expired is still there, and told to have"
    assert '"secret"' not in record.body


def test_all_keys_are_listed_newest_first(book: KeyBook):
    made = [book.add(replace(KEY, created_at=at), f"secret {at}") for at in (1.0, 3.0, 2.0)]
    assert book.all() == [made[1], made[2], made[0]]


def test_what_was_never_made_cannot_be_taken_back(book: KeyBook):
    kept = book.add(KEY, "secret")
    book.remove(kept.id)
    assert book.find(kept.id) is None
    with pytest.raises(NotFound, match="There is no such key"):
        book.remove(kept.id)


@pytest.mark.parametrize("body", ["not JSON", "[]", "{}", '{"models": [], "providers": []}', '{"models": 7}'])
def test_a_stored_key_that_cannot_be_read_opens_nothing(book: KeyBook, store: MemoryRecordStore, body: str):
    store.put(Record(KIND, "x", body, None))
    with pytest.raises(UnreadableRecord, match="A stored key cannot be read"):
        book.find("x")
