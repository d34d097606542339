"""The catalogue in force, held in the process: cheap to ask, never half of anything, right for a while by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llm_router.catalogue.ending import as_of_day
from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.history import Readable, newest_readable
from llm_router.clock import iso_date
from llm_router.errors import CatalogueUnavailable, StoreUnavailable
from llm_router.ports import CatalogueStore, Clock, VersionInfo
from llm_router.renewal import CHECK_EVERY_S, LAST_GOOD_FOR_S, Renewal

RETRY_EVERY_S = 5.0
"""While the store does not answer, one request in this long finds out; the others are answered at once."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The catalogue to use; `degraded` when what is published could not be read."""

    catalogue: Catalogue
    degraded: bool


class CatalogueReader:
    """Reads through to the store every `check_every_s`, and falls back on the last good version, then the bundled one.

    A version that cannot be read (truncated, tampered with) leaves the one before in force. Models are deprecated on
    their day, whether or not a refresh has noticed: the catalogue is another object only then. Safe to share between
    threads: while one asks the store, the others use what is there.
    """

    def __init__(
        self,
        store: CatalogueStore,
        clock: Clock,
        bundled: Callable[[], Catalogue],
        *,
        check_every_s: float = CHECK_EVERY_S,
    ) -> None:
        self._check_every_s = check_every_s
        self._store = store
        self._clock = clock
        self._bundled = bundled
        self._held: InForce | None = None
        self._stored: Catalogue | None = None
        self._read: Readable | None = None
        self._read_as: VersionInfo | None = None
        self._read_at = float("-inf")
        self._day = ""
        self._good_at: float | None = None
        self._renewal = Renewal(self._check, clock)

    def in_force(self) -> InForce:
        """The catalogue in force. Raises `CatalogueUnavailable` once the last good one is too old."""
        self._renewal.if_due()
        held = self._held
        assert held is not None, "the first check holds one"  # noqa: S101
        since = 0.0 if self._good_at is None else self._clock.monotonic() - self._good_at
        if held.degraded and since > LAST_GOOD_FOR_S:
            raise CatalogueUnavailable(
                "The catalogue's store has not answered for too long.", retry_after_s=RETRY_EVERY_S
            )
        return held

    def forget(self) -> None:
        """Ask the store at the next request: this process has just published."""
        self._renewal.expire()

    def _check(self) -> float:
        try:
            found = self._find()
        except StoreUnavailable:
            last = self._stored if self._stored is not None else self._bundled()
            self._hold(last, degraded=True)
            if self._good_at is None:
                self._good_at = self._clock.monotonic()
            return RETRY_EVERY_S
        self._hold(found.catalogue, degraded=not found.whole)
        self._good_at = self._clock.monotonic()
        return self._check_every_s

    def _find(self) -> Readable:
        """What the store holds; a version that is damaged leaves the one before in force for as long as it takes.

        It is tried again every `CHECK_EVERY_S`: reading another in its place costs far more than asking for a newer.
        """
        head, read, stored = self._store.current(), self._read, self._stored
        if read is not None and head is not None and head == self._read_as and self._holds(read):
            return read
        found = newest_readable(self._store, head, self._bundled)
        if not found.whole and stored is not None and stored.version > found.catalogue.version:
            found = Readable(stored, whole=False)
        self._read, self._read_as, self._read_at = found, head, self._clock.monotonic()
        return found

    def _holds(self, read: Readable) -> bool:
        return read.whole or self._clock.monotonic() < self._read_at + CHECK_EVERY_S

    def _hold(self, stored: Catalogue, *, degraded: bool) -> None:
        """Take what is stored into use, as it is today; the same object for as long as neither changes."""
        held, today = self._held, iso_date(self._clock)
        if held is not None and stored is self._stored and today == self._day:
            catalogue = held.catalogue
        else:
            catalogue = as_of_day(stored, today)
        self._stored, self._day, self._held = stored, today, InForce(catalogue, degraded)
