"""Reading every source, each by itself: what fails, or is not to be believed, leaves its last good data in place."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from llm_router.catalogue.doubts import Doubts
from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.joining import with_doubles_told
from llm_router.catalogue.panel import with_held_panel
from llm_router.catalogue.records import Reading
from llm_router.catalogue.refusal import Doubt, Ground, Refusal, refusals_after
from llm_router.catalogue.source_state import SHOWN_PROBLEMS, Health, SourceState
from llm_router.catalogue.sources import Fetched, Held, Source
from llm_router.catalogue.upsert import without_doubles
from llm_router.clock import iso_date
from llm_router.errors import SourceUnavailable, StoreUnavailable
from llm_router.ports import BlobStore, Clock

EACH_S: Final = 8.0
IN_ALL_S: Final = 45.0
"""Seconds for fetching: one source's, and all sources' together, so that a run ends within a minute."""

AWAITED_S: Final = 18.0
"""The same where somebody waits for the run: an HTTP API of AWS's gives up after 30."""

UNPACKED: Final = 64 * 1024 * 1024

_COMES_AGAIN: Final = frozenset({Ground.PRICES, Ground.CHEAPER, Ground.WINDOWS, Ground.SPEEDS})


@dataclass(frozen=True, slots=True)
class GatheredSource:
    """One source after its turn: its state, the reading to use, and the body to keep as its new last good data.

    `accepted` are the doubts that had stood for so long that the reading was taken all the same. `still` is then the
    state to go on with where that comes to nothing, so that it can be taken another time.
    """

    state: SourceState
    reading: Reading | None
    keep: bytes | None = None
    accepted: tuple[Doubt, ...] = ()
    still: SourceState | None = None

    def unpublished(self) -> GatheredSource:
        """What is left of it where nothing could be published."""
        return self if self.still is None else replace(self, state=self.still, keep=None, accepted=())


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Asks the sources one after the other."""

    blobs: BlobStore
    clock: Clock
    doubts: Doubts

    def gather(
        self,
        sources: Sequence[Source],
        states: Sequence[SourceState],
        current: Mapping[str, ModelEntry],
        tell: Callable[[SourceState], None],
        within_s: float = IN_ALL_S,
    ) -> list[GatheredSource]:
        """Everything, in the order of the sources. `tell` is given each source's state after its turn."""
        until = self.clock.monotonic() + within_s
        gathered = []
        for source, state in zip(sources, states, strict=True):
            left = min(EACH_S, until - self.clock.monotonic())
            gathered.append(self._bounded(self._one(source, state, current, left), current))
            tell(gathered[-1].state)
        return gathered

    def _bounded(self, found: GatheredSource, current: Mapping[str, ModelEntry]) -> GatheredSource:
        """Last good data, too, may have been taken in spite of their figures."""
        return found if found.reading is None else replace(found, reading=self.doubts.bounded(found.reading, current))

    def _one(
        self, source: Source, state: SourceState, current: Mapping[str, ModelEntry], left: float
    ) -> GatheredSource:
        now = self.clock.now()
        if source.skipped is not None:
            return GatheredSource(replace(state, health=Health.SKIPPED, error=source.skipped, failing_since=None), None)
        if left <= 0:
            late = state.failed(now, "There was no time left to ask it.")
            return GatheredSource(late, self._last_good_or_none(source, state, current))
        try:
            held = self._held(state)
            known = None if held is None else Held(state.address or "", state.etag)
            fetched = source.fetch(known, left)
            if fetched.body is None:
                return GatheredSource(state.succeeded(now), self._last_good(source, state, held, current))
            reading = self._read(source, state, fetched.body, self._as_of(state, fetched.body), current)
            last = None if state.listed is not None else self._last_good(source, state, held, current)
            before = state if last is None else self.doubts.measured(state, last)
            taken = self.doubts.measured(_after(state, fetched, fetched.body, reading, now), reading)
            doubts = self.doubts.about(reading, before, current, iso_date(self.clock))
            if not doubts:
                return GatheredSource(taken, reading, fetched.body)
            refusals = refusals_after(state.refusals, doubts, now)
            still = state.refused(now, doubts, refusals)
            if not all(refusal.stood(now) for refusal in refusals):
                return GatheredSource(still, self._last_good(source, state, held, current))
            in_spite = _in_spite_of(doubts, refusals, taken)
            return GatheredSource(
                in_spite, reading, fetched.body, doubts, None if in_spite.refusals == refusals else still
            )
        except (SourceUnavailable, StoreUnavailable) as failure:
            return GatheredSource(state.failed(now, failure.message), self._last_good_or_none(source, state, current))
        except (ArithmeticError, ValueError) as defect:
            # A slip of ours that one source's data brought out must not cost the others their turn.
            failed = state.failed(now, f"What it sent cannot be worked with ({type(defect).__name__}).")
            return GatheredSource(failed, self._last_good_or_none(source, state, current))

    def _read(
        self, source: Source, state: SourceState, body: bytes, as_of: str, current: Mapping[str, ModelEntry]
    ) -> Reading:
        parsed = without_doubles(source.parse(body, as_of), current)
        told = with_doubles_told(parsed, current.values(), self.doubts.tables)
        return with_held_panel(told, state.panel, self.doubts.choices)

    def _as_of(self, state: SourceState, body: bytes) -> str:
        """The date on which this very content was first seen; a source that stands still grows no younger."""
        same = state.sha256 == hashlib.sha256(body).hexdigest()
        return state.as_of if same and state.as_of is not None else iso_date(self.clock)

    def _held(self, state: SourceState) -> bytes | None:
        """The last good body, for which alone a conditional request makes sense."""
        return None if state.sha256 is None else unpacked(self.blobs.read(blob_name(state.name)), state.sha256)

    def _last_good(
        self, source: Source, state: SourceState, body: bytes | None, current: Mapping[str, ModelEntry]
    ) -> Reading | None:
        return None if body is None else self._read(source, state, body, state.as_of or iso_date(self.clock), current)

    def _last_good_or_none(
        self, source: Source, state: SourceState, current: Mapping[str, ModelEntry]
    ) -> Reading | None:
        """The last good data if even they can be had."""
        try:
            return self._last_good(source, state, self._held(state), current)
        except (SourceUnavailable, StoreUnavailable, ArithmeticError, ValueError):
            return None


def _after(state: SourceState, fetched: Fetched, body: bytes, reading: Reading, now: float) -> SourceState:
    return replace(
        state.succeeded(now),
        refusals=(),
        left_out=len(reading.problems),
        problems=tuple(f"{found.record}: {found.problem}" for found in reading.problems[:SHOWN_PROBLEMS]),
        address=fetched.address,
        etag=fetched.etag,
        sha256=hashlib.sha256(body).hexdigest(),
        as_of=reading.as_of,
    )


def _in_spite_of(doubts: Iterable[Doubt], refusals: Iterable[Refusal], taken: SourceState) -> SourceState:
    """The state of a source whose data are taken although there are doubts, which it tells.

    Figures that jump are kept back one by one, so that such a doubt comes again: it must not refuse the source anew.
    """
    problems = (*(f"the whole: {doubt.words}: taken as it is" for doubt in doubts), *taken.problems)
    again = tuple(refusal for refusal in refusals if refusal.ground in _COMES_AGAIN)
    return replace(taken, problems=problems, refusals=again)


def blob_name(source: str) -> str:
    """Where a source's last good data are kept."""
    return f"sources/{source}.gz"


def packed(body: bytes) -> bytes:
    """A body as it is kept."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def unpacked(kept: bytes | None, sha256: str) -> bytes | None:
    """The body that was kept, or None where it is gone or is not the one that was read."""
    if kept is None:
        return None
    try:
        body = zlib.decompressobj(wbits=31).decompress(kept, UNPACKED)
    except zlib.error:
        return None
    return body if hashlib.sha256(body).hexdigest() == sha256 else None
