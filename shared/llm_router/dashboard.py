"""What the dashboard tells of a window of time, as the stores have it; what one cannot tell is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.reader import CatalogueReader
from llm_router.decisions import DecisionLog
from llm_router.errors import CatalogueUnavailable, FieldProblem, InvalidRequest, StoreUnavailable
from llm_router.figures import Bucket, BucketSize, Figures
from llm_router.health import Component, State, overall
from llm_router.ports import Clock, RecordStore, VersionInfo
from llm_router.processes import Process, running

if TYPE_CHECKING:
    from llm_router.catalogue.refresher import LastRun, Refresher
    from llm_router.catalogue.source_state import SourceState
    from llm_router.overview import Overview

T = TypeVar("T")

RECENT = 15
"""Decisions that are shown."""


class Window(StrEnum):
    """The time that is told of: up to now."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def seconds(self) -> int:
        """How long it is."""
        return _SPANS[self][0]

    @property
    def bucket_size(self) -> BucketSize:
        """The buckets that it is made of."""
        return _SPANS[self][1]

    @property
    def step_s(self) -> int:
        """How long each of them is, in seconds."""
        return self.bucket_size.seconds


_SPANS: Mapping[Window, tuple[int, BucketSize]] = {
    Window.HOUR: (3600, BucketSize.MINUTE),
    Window.DAY: (86_400, BucketSize.HOUR),
    Window.WEEK: (7 * 86_400, BucketSize.HOUR),
}


def window_named(asked: str) -> Window:
    """The window of this name. Raises `InvalidRequest`."""
    try:
        return Window(asked)
    except ValueError:
        problem = FieldProblem("window", f"must be one of {', '.join(Window)}")
        raise InvalidRequest("The window is not one that is kept.", (problem,)) from None


@dataclass(frozen=True, slots=True)
class InUse:
    """The catalogue in force, what its store says of it, and the last refresh; None where there is none or the store
    does not tell."""

    catalogue: Catalogue
    current: VersionInfo | None
    last_run: LastRun | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything at one moment, `now` in epoch seconds. Without a store that can tell, lists are empty; `in_use` is
    None while there is no catalogue. `decisions` are the newest answers as they were given."""

    now: float
    window: Window
    buckets: Sequence[Bucket]
    components: Sequence[Component]
    in_use: InUse | None
    sources: Sequence[SourceState]
    processes: Sequence[Process]
    decisions: Sequence[bytes]

    @property
    def state(self) -> State:
        """How the whole is."""
        return overall(self.components)

    @property
    def since(self) -> float | None:
        """Since when the whole is so: when well, since the last part became so; else since the first ceased to be."""
        state = self.state
        known = [component.since for component in self.components if component.since and component.state is state]
        return (max if state is State.UP else min)(known, default=None)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Reads all of it. Never fails for want of a store: a page that shows a part is what helps while one is down."""

    figures: Figures
    overview: Overview
    reader: CatalogueReader
    refresher: Callable[[], Refresher]
    records: RecordStore
    decisions: DecisionLog
    clock: Clock

    def seen(self, window: Window) -> Seen:
        """The window that ends now."""
        return Seen(
            window=window,
            buckets=_or_none_of(lambda: self.figures.last(window.seconds, window.bucket_size)),
            components=self.overview.components(),
            in_use=self._in_use(),
            sources=_or_none_of(lambda: self.refresher().states()),
            processes=_or_none_of(lambda: running(self.records, self.clock)),
            decisions=_or_none_of(lambda: [*self.decisions.latest(RECENT)]),
            now=self.clock.now(),
        )

    def _in_use(self) -> InUse | None:
        try:
            catalogue = self.reader.in_force().catalogue
        except CatalogueUnavailable:
            return None
        try:
            last = self.refresher().last_run()
        except StoreUnavailable:
            last = None
        return InUse(catalogue, self.overview.current(), last)


def _or_none_of(read: Callable[[], Sequence[T]]) -> Sequence[T]:
    try:
        return read()
    except StoreUnavailable:
        return ()
