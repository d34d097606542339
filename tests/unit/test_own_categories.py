"""Which classifier is in force while an operator's list of own categories changes, cannot be read, and can be again."""

from __future__ import annotations

from typing import cast

from llm_router.classification import CachingClassifier
from llm_router.errors import StoreUnavailable, Unavailable
from llm_router.own_categories import CategoryBook, CategoryList, ClassifierInForce
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

    def __init__(self, found: CategoryList | None, *, readable: bool = True) -> None:
        self.clock, self.book, self.readable = FakeClock(), Book(found), readable
        self.built: list[int] = []
        self.in_force = ClassifierInForce(
            cast(CategoryBook, self.book), self.clock, self._build, lambda: _named("unknowing"), check_every_s=EVERY_S
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
