"""The health of the whole: each part asked once, by someone who carries neither the model nor the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from llm_router.catalogue.reader import CatalogueReader
from llm_router.catalogue.source_state import UNREAD_FOR_S, has_run, renewed_at
from llm_router.errors import CatalogueUnavailable, StoreUnavailable
from llm_router.health import Component, State, report, reported
from llm_router.ports import CatalogueStore, Clock, RecordStore, VersionInfo

T = TypeVar("T")
OWN = ("store", "catalogue")
EXPECTED = ("cache", "ml_model")
"""Parts that other functions use and report on; they are told of even before they are used."""

ASKED_EVERY_S = 1.0
"""A load balancer may ask every second, and several of them at once: the parts are asked once for all."""


@dataclass(slots=True)
class Overview:
    """Asks the parts, at most once a second. Never raises: a part that cannot be asked is down.

    What it finds it reports, so that every process tells the same `since`; while the store is down it is known from
    when this process has seen it so.
    """

    catalogue_store: CatalogueStore
    records: RecordStore
    reader: CatalogueReader
    clock: Clock
    _held: tuple[float, list[Component]] | None = None
    _since: dict[str, tuple[State, float]] = field(default_factory=dict)

    def components(self) -> list[Component]:
        """Every part, the store first."""
        now = self.clock.monotonic()
        if self._held is None or now - self._held[0] >= ASKED_EVERY_S:
            known = self._known()
            own = self._own(known)
            others = [component for name, component in known.items() if name not in OWN]
            unused = [Component(name, State.UNKNOWN, "has not been used yet") for name in EXPECTED if name not in known]
            self._held = now, [*own, *others, *unused]
        return self._held[1]

    def note(self) -> None:
        """Note the store and the catalogue as a process starts, as the other parts are: else they would be so only
        since somebody looks."""
        self._own(self._known())

    def current(self) -> VersionInfo | None:
        """The published version in force, or None when there is none or it cannot be asked."""
        return _unless_down(self.catalogue_store.current)

    def _known(self) -> dict[str, Component]:
        return {component.name: component for component in _unless_down(lambda: reported(self.records)) or []}

    def _own(self, known: Mapping[str, Component]) -> list[Component]:
        return [self._dated(component, known) for component in (self._store(), self._catalogue())]

    def _dated(self, found: Component, known: Mapping[str, Component]) -> Component:
        """The part with the time since when it is so, noted for everybody where that is news."""
        before = known.get(found.name)
        if before is None or (before.state, before.detail) != (found.state, found.detail):
            before = report(self.records, self.clock, found)
        if before.since is not None:
            return replace(found, since=before.since)
        state, since = self._since.get(found.name, (None, 0.0))
        if state is not found.state:
            since = self.clock.now()
            self._since[found.name] = found.state, since
        return replace(found, since=since)

    def _renewed(self) -> float | None:
        """When what is in force was last as a source on the web says; 0 where refreshes have run and could read none,
        whatever was changed by hand. Before the first it is as new as whoever made it by hand, and None for the
        bundled one, or where nobody can tell."""
        read = _unless_down(lambda: renewed_at(self.records))
        if read is None or read > 0 or _unless_down(lambda: has_run(self.records)):
            return read
        current = self.current()
        return None if current is None else current.created_at

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
        renewed = self._renewed()
        if renewed is None or self.clock.now() - renewed <= UNREAD_FOR_S:
            return Component("catalogue", State.UP, words)
        unread = "not renewed for days" if renewed else "not renewed from any source yet"
        return Component("catalogue", State.DEGRADED, f"{words}, {unread}", "GET /status says why; then POST /refresh.")


def _unless_down(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except StoreUnavailable:
        return None
