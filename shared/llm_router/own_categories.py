"""An operator's own categories: one versioned document beside the catalogue, and the classifier that knows them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial

from llm_router.classification import CachingClassifier
from llm_router.errors import (
    InvalidRequest,
    NotFound,
    StoreUnavailable,
    Unavailable,
    UnreadableRecord,
    VersionConflict,
)
from llm_router.ports import Clock, Record, RecordStore
from llm_router.renewal import Renewal
from llm_router.running import Run

KIND, KEY = "categories", "current"
MAX_CATEGORIES = 50
MAX_OCTETS = 300_000
"""Of the whole list as it is stored: a record of DynamoDB's holds 400 kB, and other stores are to refuse the same."""
MAX_EXAMPLES = 1000
"""Of the whole list: a function that starts reads each with the model, within the time that it has for a request."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class OwnCategory:
    """A name, what it means, and about a dozen prompts that belong to it; being the operator's, they are kept."""

    name: str
    description: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryList:
    """The categories of one version; version 0 is none."""

    version: int = 0
    categories: tuple[OwnCategory, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryBook:
    """Keeps the list. Every change makes the next version, by compare-and-set. Raises `StoreUnavailable`,
    and `UnreadableRecord` for a list that this release cannot read."""

    records: RecordStore

    def current(self) -> CategoryList:
        """The list in force."""
        return _loads(self.records.get(KIND, KEY))

    def put(self, category: OwnCategory) -> CategoryList:
        """Add it, or replace the one of its name. Raises `InvalidRequest` when they are too many or too long."""

        def change(before: tuple[OwnCategory, ...]) -> tuple[OwnCategory, ...]:
            others = tuple(each for each in before if each.name != category.name)
            if len(others) >= MAX_CATEGORIES:
                raise InvalidRequest(f"There may be at most {MAX_CATEGORIES} own categories.")
            after = (*others, category)
            if sum(len(each.examples) for each in after) > MAX_EXAMPLES:
                raise InvalidRequest(
                    f"All own categories together may have at most {MAX_EXAMPLES} examples: give fewer of them."
                )
            if len(_dumps(CategoryList(0, after)).encode()) > MAX_OCTETS:
                raise InvalidRequest(
                    f"All own categories together may take at most {MAX_OCTETS} bytes: give fewer or shorter examples."
                )
            return after

        return self._change(change)

    def remove(self, name: str) -> CategoryList:
        """Take it out. Raises `NotFound`."""

        def change(before: tuple[OwnCategory, ...]) -> tuple[OwnCategory, ...]:
            if all(each.name != name for each in before):
                raise NotFound("There is no such category of the operator's.")
            return tuple(each for each in before if each.name != name)

        return self._change(change)

    def _change(self, change: Callable[[tuple[OwnCategory, ...]], tuple[OwnCategory, ...]]) -> CategoryList:
        for _ in range(ATTEMPTS):
            held = self.records.get(KIND, KEY)
            before = _loads(held)
            after = CategoryList(before.version + 1, change(before.categories))
            if self.records.replace(Record(KIND, KEY, _dumps(after)), expected_body=held.body if held else None):
                return after
        raise VersionConflict("The categories keep changing; try again.", current=None)


class ClassifierInForce:
    """The classifier that knows the operator's categories of now. Looks for a new version every `check_every_s`.

    `build` makes it from the list, which may take seconds, or raises `Unavailable` when the model cannot read the
    examples; then, and while the store does not answer, the last one stays. So it does while `run` has a changed list
    read: beside the requests, or at once where the process serves one request at a time and stands still in between. At
    first there is one that knows no category, and one that knows that it does not, as `unknowing` gives it, where the
    examples cannot be read.
    """

    def __init__(
        self,
        book: CategoryBook,
        clock: Clock,
        build: Callable[[CategoryList], CachingClassifier],
        unknowing: Callable[[], CachingClassifier],
        *,
        check_every_s: float,
        run: Run,
    ) -> None:
        self._book = book
        self._build = build
        self._unknowing = unknowing
        self._check_every_s = check_every_s
        self._run = run
        self._known: CategoryList | None = None
        self._held: CachingClassifier | None = None
        self._renewal = Renewal(self._look, clock)
        self._building = threading.Lock()

    def __call__(self) -> CachingClassifier:
        self._renewal.if_due()
        assert self._held is not None, "the first look makes one"  # noqa: S101
        return self._held

    def forget(self) -> None:
        """Look for a new version at the next request, however lately it was done."""
        self._renewal.expire()

    def _look(self) -> float:
        if self._building.locked():  # a list is being read in the background, and may have changed since
            return 0.0
        if self._held is None:
            self._known, self._held = self._made()
        elif (found := self._changed()) is not None:
            self._run(partial(self._rebuild, found))
        return self._check_every_s

    def _made(self) -> tuple[CategoryList | None, CachingClassifier]:
        """The classifier and the list that it knows: None where that could not be read, or its examples could not."""
        try:
            found = self._book.current()
        except StoreUnavailable:
            return None, self._build(CategoryList())
        try:
            return found, self._build(found)
        except Unavailable:
            return None, self._unknowing()

    def _changed(self) -> CategoryList | None:
        """The list, if it is not the one in force any more: a store that was put back in time and changed again may
        hold another one of the same version."""
        try:
            found = self._book.current()
        except StoreUnavailable:
            return None
        return None if found == self._known else found

    def _rebuild(self, found: CategoryList) -> None:
        with self._building:
            if found != self._known:
                with suppress(Unavailable):
                    self._held = self._build(found)
                    self._known = found


def _dumps(found: CategoryList) -> str:
    document = {"version": found.version, "categories": [asdict(each) for each in found.categories]}
    return json.dumps(document, ensure_ascii=False)


def _loads(record: Record | None) -> CategoryList:
    if record is None:
        return CategoryList()
    try:
        document = json.loads(record.body)
        categories = tuple(
            OwnCategory(str(each["name"]), str(each["description"]), tuple(map(str, each["examples"])))
            for each in document["categories"]
        )
        return CategoryList(int(document["version"]), categories)
    except (ValueError, TypeError, KeyError) as failure:
        raise UnreadableRecord("The stored categories cannot be read.") from failure
