"""The health of the whole: each part asked once, by someone who carries neither the model nor the cache."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from llm_router.catalogue.reader import CatalogueReader
from llm_router.errors import CatalogueUnavailable, StoreUnavailable
from llm_router.health import Component, State, read
from llm_router.ports import CatalogueStore, Clock, RecordStore, VersionInfo

T = TypeVar("T")
REPORTED = ("ml_model", "cache")
"""Parts that other functions use and report on."""

STALE_AFTER_S = 3 * 86_400.0
"""A catalogue that nobody has renewed for this long is called stale: prices change within days."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Asks the parts. Never raises: a part that cannot be asked is down."""

    catalogue_store: CatalogueStore
    records: RecordStore
    reader: CatalogueReader
    clock: Clock

    def components(self) -> list[Component]:
        """Every part, the store first."""
        return [self._store(), self._catalogue(), *(self._reported(name) for name in REPORTED)]

    def current(self) -> VersionInfo | None:
        """The published version in force, or None when there is none or it cannot be asked."""
        return _unless_down(self.catalogue_store.current)

    def _store(self) -> Component:
        try:
            self.catalogue_store.current()
        except StoreUnavailable as failure:
            return Component("store", State.DOWN, failure.message, "Check the store and the right to use it.")
        return Component("store", State.UP)

    def _catalogue(self) -> Component:
        try:
            found = self.reader.in_force()
        except CatalogueUnavailable as failure:
            return Component("catalogue", State.DOWN, failure.message, "Bring the store back.")
        words = f"version {found.catalogue.version}, {len(found.catalogue.active())} active models"
        if found.degraded:
            return Component("catalogue", State.DEGRADED, f"{words}, perhaps not the newest", "Check the store.")
        current = self.current()
        if current is not None and self.clock.now() - current.created_at > STALE_AFTER_S:
            return Component("catalogue", State.DEGRADED, f"{words}, not renewed for days", "POST /refresh.")
        return Component("catalogue", State.UP, words)

    def _reported(self, name: str) -> Component:
        found = _unless_down(lambda: read(self.records, name))
        return found or Component(name, State.UNKNOWN, "has not been used yet")


def _unless_down(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except StoreUnavailable:
        return None
