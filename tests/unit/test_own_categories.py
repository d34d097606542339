"""An operator's list of own categories: how long it may be, and which classifier is in force while it changes, cannot
be read, and can be again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.classification import CachingClassifier
from llm_router.errors import InvalidRequest, StoreUnavailable, Unavailable, UnreadableRecord
from llm_router.own_categories import (
    KEY,
    KIND,
    MAX_EXAMPLES,
    MAX_OCTETS,
    CategoryBook,
    CategoryList,
    ClassifierInForce,
    OwnCategory,
)
from llm_router.ports import Record
from llm_router.running import READING_THREAD, Run, at_once, beside_requests
from tests.support.clock import FakeClock

EVERY_S = 30.0


class Book:
    """A list, or none while `found` is None."""

    def __init__(self, found: CategoryList | None) -> None:
        self.found = found

    def current(self) -> CategoryList:
        if self.found is None:
            raise StoreUnavailable("The store is away.")
        return self.found


class World:
    """The classifiers are names: that of a version, or `unknowing`."""

    def __init__(
        self,
        found: CategoryList | None,
        *,
        readable: bool = True,
        run: Run = at_once,
    ) -> None:
        self.clock, self.book, self.readable = FakeClock(), Book(found), readable
        self.built: list[int] = []
        self.in_force = ClassifierInForce(
            cast(CategoryBook, self.book),
            self.clock,
            self._build,
            lambda: _named("unknowing"),
            check_every_s=EVERY_S,
            run=run,
        )

    def _build(self, found: CategoryList) -> CachingClassifier:
        if not self.readable:
            raise Unavailable("The model cannot read the examples.")
        self.built.append(found.version)
        return _named(f"version {found.version}")

    def later(self) -> str:
        self.clock.pass_seconds(EVERY_S + 1)
        return cast(str, self.in_force())


def _named(name: str) -> CachingClassifier:
    return cast(CachingClassifier, name)


def test_a_list_is_built_once_a_version():
    world = World(CategoryList(3))
    assert [world.later(), world.later()] == ["version 3"] * 2
    world.book.found = CategoryList(4)
    assert world.later() == "version 4"
    assert world.built == [3, 4]


def test_another_list_of_the_same_version_as_of_a_store_that_was_put_back_in_time_is_built():
    world = World(CategoryList(3))
    assert world.later() == "version 3"
    world.book.found = CategoryList(3, (OwnCategory("recipes", "Cooking.", ("a soup",)),))
    assert [world.later(), world.later()] == ["version 3"] * 2
    assert world.built == [3, 3]


def test_a_new_version_is_looked_for_at_once_after_what_was_seen_is_forgotten():
    world = World(CategoryList(1))
    assert world.later() == "version 1"
    world.book.found = CategoryList(2)
    assert cast(str, world.in_force()) == "version 1"
    world.in_force.forget()
    assert cast(str, world.in_force()) == "version 2"


def test_until_the_store_answers_there_are_no_own_categories():
    world = World(None)
    assert world.later() == "version 0"
    world.book.found = CategoryList(1)
    assert world.later() == "version 1"


def test_until_the_model_can_read_the_examples_the_classifier_knows_that_it_knows_none():
    world = World(CategoryList(2), readable=False)
    assert world.later() == "unknowing"
    world.readable = True
    assert world.later() == "version 2"


def test_what_was_in_force_stays_while_the_list_cannot_be_read():
    world = World(CategoryList(2))
    assert world.later() == "version 2"
    world.book.found = None
    assert world.later() == "version 2"


def test_while_a_changed_list_is_read_the_one_before_stays_in_force_and_it_is_read_once():
    jobs: list[Callable[[], None]] = []
    world = World(CategoryList(1), run=jobs.append)
    assert world.later() == "version 1"
    world.book.found = CategoryList(2)
    assert [world.later(), world.later()] == ["version 1"] * 2
    for job in jobs:
        job()
    assert world.later() == "version 2"
    assert world.built == [1, 2]


def test_no_request_waits_for_long_examples():
    read, reading = threading.Event(), threading.Event()

    def job() -> None:
        reading.set()
        read.wait(30)

    beside_requests(job)
    assert reading.wait(30)
    assert not read.is_set()
    read.set()


def test_other_requests_go_on_while_examples_are_read():
    world = World(CategoryList(1), run=beside_requests)
    assert world.later() == "version 1"
    read, build = threading.Event(), world.in_force._build

    def slowly(found: CategoryList) -> CachingClassifier:
        read.wait(30)
        return build(found)

    world.in_force._build = slowly
    world.book.found = CategoryList(2)
    assert [world.later() for _ in range(3)] == ["version 1"] * 3
    read.set()
    for thread in threading.enumerate():
        if thread.name == READING_THREAD:
            thread.join(30)
    assert world.later() == "version 2"


def test_a_changed_list_that_the_model_cannot_read_leaves_the_one_before_until_it_can():
    world = World(CategoryList(1))
    assert world.later() == "version 1"
    world.book.found, world.readable = CategoryList(2), False
    assert world.later() == "version 1"
    world.readable = True
    assert world.later() == "version 2"


def test_a_list_that_this_release_cannot_read_is_told_apart_from_a_store_that_is_away():
    records = MemoryRecordStore(FakeClock())
    records.put(Record(KIND, KEY, '{"version": 1}'))
    with pytest.raises(UnreadableRecord, match="The stored categories cannot be read"):
        CategoryBook(records).current()


def recipes(name: str, letter: str, letters: int) -> OwnCategory:
    return OwnCategory(name, "Cooking.", (letter * letters,))


def test_a_list_of_any_letters_is_kept_up_to_the_octets_that_every_store_takes():
    book = CategoryBook(MemoryRecordStore(FakeClock()))
    most = (MAX_OCTETS - 1000) // 4
    assert book.put(recipes("faces", "\U0001f600", most)) == book.current()
    with pytest.raises(InvalidRequest, match="300000 bytes"):
        book.put(recipes("more", "\U0001f600", 300))
    assert [each.name for each in book.current().categories] == ["faces"]
    book.put(recipes("faces", "a", 9))
    assert len(book.put(recipes("more", "\u00e9", 9)).categories) == 2


def test_a_list_has_no_more_examples_than_a_function_can_read_when_it_starts():
    book = CategoryBook(MemoryRecordStore(FakeClock()))
    many = OwnCategory("many", "Cooking.", ("a soup",) * (MAX_EXAMPLES - 3))
    book.put(many)
    book.put(OwnCategory("few", "Cooking.", ("a cake",) * 3))
    with pytest.raises(InvalidRequest, match="1000 examples"):
        book.put(OwnCategory("more", "Cooking.", ("a pie",) * 3))
    book.put(replace(many, examples=("a soup",) * 3))
    assert len(book.put(OwnCategory("more", "Cooking.", ("a pie",) * 3)).categories) == 3


def test_a_list_that_was_stored_when_more_was_taken_can_be_made_shorter():
    records = MemoryRecordStore(FakeClock())
    held = [{"name": name, "description": "", "examples": ["a" * 400_000]} for name in ("one", "two")]
    records.put(Record(KIND, KEY, json.dumps({"version": 7, "categories": held})))
    assert [each.name for each in CategoryBook(records).remove("one").categories] == ["two"]
