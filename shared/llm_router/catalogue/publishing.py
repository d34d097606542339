"""Making a new version of the catalogue: whole, once, and only on top of the version it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from llm_router.catalogue.diff import Diff, diff
from llm_router.catalogue.ending import as_of_day
from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.history import Readable, newest_readable
from llm_router.catalogue.snapshot import dumps, loads
from llm_router.clock import iso_date
from llm_router.errors import (
    FieldProblem,
    InvalidRequest,
    NotFound,
    SnapshotCorrupt,
    StoreUnavailable,
    VersionConflict,
)
from llm_router.ports import CatalogueStore, Clock, VersionInfo

Change = Callable[[Catalogue], Mapping[str, ModelEntry] | None]
"""What becomes of a catalogue; None to leave all as it is."""

ATTEMPTS = 3
"""Times a change that names no version is made anew on top of whatever was published meanwhile."""

FOREIGN: Final = "The catalogue in force was published by a release with another format; nothing was changed."

BUNDLED: Final = "bundled"
"""The origin of version 0, which is part of the package and in no store."""

_ROLLBACK: Final = "rollback to "
"""How the origin of a version begins that was made by going back."""


def held_by_rollback(head: VersionInfo | None) -> bool:
    """Whether the version in force was made by going back: until somebody publishes on top, it is to stay."""
    return gone_back_to(head) is not None


def gone_back_to(head: VersionInfo | None) -> int | None:
    """The version whose content the one in force has again; None where that was not made by going back."""
    if head is None or not head.origin.startswith(_ROLLBACK):
        return None
    number = head.origin.removeprefix(_ROLLBACK)
    return int(number) if number.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Published:
    """The version now in force and what it changed. `version` is the old one when nothing changed.

    `held` where it stayed in force because it was made by going back.
    """

    version: int
    diff: Diff
    models: Mapping[str, ModelEntry]
    held: bool = False


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes changes to the catalogue. Before the first one the bundled catalogue, version 0, is in force."""

    store: CatalogueStore
    clock: Clock
    bundled: Callable[[], Catalogue]

    def current(self) -> Catalogue:
        """The version in force, read from the store; if it is damaged, its number with the content before it."""
        return self._current()[0].catalogue

    def _current(self) -> tuple[Readable, int | None]:
        """The catalogue to build upon, under the number of the version in force, and what was gone back to."""
        head = self.store.current()
        found = newest_readable(self.store, head, self.bundled)
        version = found.catalogue.version if head is None else head.version
        return replace(found, catalogue=replace(found.catalogue, version=version)), gone_back_to(head)

    def at(self, version: int) -> Catalogue:
        """An earlier version. Raises `NotFound` or `SnapshotCorrupt`."""
        return self.bundled() if version == 0 else loads(self.store.payload(version), version)

    def publish(
        self, change: Change, origin: str, *, expected_version: int | None = None, unless_held: bool = False
    ) -> Published:
        """Apply `change` to the version in force and publish the outcome, unless it changes nothing: other sources of
        the same values are a change, other dates and remarks are none.

        Where the version in force is damaged, the outcome is published in any case, which heals it; so it is where
        going back or going on from there is all that it changes. With `unless_held` a version that was made by going
        back stays in force; damaged, it is made again.

        Where the version in force is another release's, whose format this one does not know, nothing is built on what
        was before it: `StoreUnavailable`. Going back replaces it all the same.

        With `expected_version` the change is refused by `VersionConflict` when another one is in force; without
        it the change is made anew when somebody else publishes in between.
        """
        for attempt in range(ATTEMPTS):
            found, held = self._current()
            before, whole = found.catalogue, found.whole
            if expected_version is not None and expected_version != before.version:
                raise VersionConflict("The catalogue has changed since; read it again.", current=before.version)
            if found.foreign and not origin.startswith(_ROLLBACK):
                raise StoreUnavailable(FOREIGN, nothing_done=True)
            if held is not None and unless_held:
                if not whole:
                    return replace(self.rollback(held), held=True)
                return Published(before.version, diff({}, {}), before.models, held=True)
            made = change(before)
            models = before.models if made is None else made
            changed = diff(before.models, models)
            settled = whole and (made is None or (held is not None) is origin.startswith(_ROLLBACK))
            if settled and changed.empty:
                return Published(before.version, changed, before.models)
            try:
                info = self._store(models, changed, origin, before.version)
            except VersionConflict:
                if expected_version is not None or attempt == ATTEMPTS - 1:
                    raise
            else:
                return Published(info.version, changed, models)
        raise AssertionError("the last attempt returns or raises")

    def rollback(self, version: int, *, expected_version: int | None = None) -> Published:
        """Make the content of an earlier version current again, as a new version: history is never rewritten."""
        try:
            earlier = self.at(version)
        except NotFound:
            problem = FieldProblem("version", "is none that is kept")
            message = "There is no such version of the catalogue; see /catalogue/versions."
            raise InvalidRequest(message, (problem,)) from None
        except SnapshotCorrupt as failure:
            problem = FieldProblem("version", "is one that cannot be gone back to")
            raise InvalidRequest(failure.message, (problem,)) from failure
        return self.publish(lambda _: earlier.models, f"{_ROLLBACK}{version}", expected_version=expected_version)

    def versions(self, limit: int, before: int | None = None) -> Sequence[VersionInfo]:
        """The versions that can be gone back to, newest first and the bundled catalogue last: of those alone that came
        before the one with the number `before`, where it is told."""
        found = self.store.versions(limit, before=before)
        ends = len(found) < limit and (before is None or before > 0)
        return [*found, self._described(self.bundled(), BUNDLED, "")] if ends else found

    def _store(self, models: Mapping[str, ModelEntry], changed: Diff, origin: str, before: int) -> VersionInfo:
        made = Catalogue(0, models, self.clock.now())
        draft = self._described(made, origin, changed.summary)
        return self.store.publish(dumps(made), draft, expected_version=before or None)

    def _described(self, catalogue: Catalogue, origin: str, summary: str) -> VersionInfo:
        """What is told of a catalogue that no store has assigned a version and a hash."""
        return VersionInfo(
            version=0,
            sha256="",
            created_at=catalogue.as_of,
            origin=origin,
            total_models=len(catalogue),
            active_models=len(as_of_day(catalogue, iso_date(self.clock)).active()),
            summary=summary,
        )
