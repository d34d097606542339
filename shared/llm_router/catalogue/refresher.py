"""The refresh as a use case: read the sources, plan, publish at most one version, and remember how it went."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from llm_router.catalogue.diff import Diff, diff
from llm_router.catalogue.doubts import Doubts
from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.gathering import IN_ALL_S, GatheredSource, Gatherer, blob_name, packed
from llm_router.catalogue.guards import FIFTH, Quarantined, still_doubted
from llm_router.catalogue.publishing import Publisher
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.records import OPERATOR, Reading
from llm_router.catalogue.refresh_plan import RefreshPlan, plan
from llm_router.catalogue.refusal import WORSE_BY, Ground, Refusal, read_refusal, refusal_after
from llm_router.catalogue.source_state import (
    LATEST,
    RUNS,
    Health,
    SourceState,
    load,
    models_told_by,
    note_renewed,
    save,
)
from llm_router.catalogue.sources import Source
from llm_router.catalogue.tables import Tables
from llm_router.clock import iso_date
from llm_router.errors import StoreUnavailable
from llm_router.json_values import known_fields
from llm_router.ports import BlobStore, Clock, Record, RecordStore

ORIGIN: Final = "refresh"
HELD: Final = "the version in force was made by going back, and stays until POST /refresh or POST /update"
REMEMBERED: Final = 500
"""How many quarantined prices are kept for the status."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run did, or with `dry_run` would do. `told_by` has of how many models each source told something;
    `not_exported` why the catalogue could not be exported."""

    version: int
    dry_run: bool
    diff: Diff
    quarantined: tuple[Quarantined, ...]
    refused: str | None
    sources: tuple[SourceState, ...]
    told_by: Mapping[str, int]
    not_exported: str | None = None


@dataclass(frozen=True, slots=True)
class LastRun:
    """What is remembered of the last run that was no dry run. `at` is in epoch seconds; `refusal` is what
    stands against publishing, `not_exported` why the catalogue could not be exported."""

    at: float
    version: int
    summary: str
    refused: str | None
    quarantined: tuple[Quarantined, ...]
    refusal: Refusal | None = None
    not_exported: str | None = None


def _silently(_state: SourceState) -> None:
    return


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run has read, and what it is judged by: `standing` is what stood against publishing before it, `doubts`
    what was not believed then."""

    readings: Sequence[Reading]
    standing: Refusal | None
    doubts: tuple[Quarantined, ...]
    most_lost: float
    now: float
    today: str
    tables: Tables
    choices: QualityMap

    def planned(self, before: Catalogue) -> RefreshPlan:
        """What the catalogue becomes; where that is refused, with until when it is."""
        made = plan(self.readings, before.models, self.today, self.tables, self.choices, most_lost=self.most_lost)
        made = self.with_doubts(made)
        return made if made.refused is None else replace(made, refused=self._dropped(made).told(made.refused))

    def with_doubts(self, made: RefreshPlan) -> RefreshPlan:
        """The plan with what was not believed before and is not yet."""
        return replace(made, quarantined=still_doubted(self.doubts, made.quarantined, made.models))

    def stands_against(self, made: RefreshPlan, *, held: bool) -> Refusal | None:
        """What stands against publishing after this run."""
        if made.refused is None:
            return None
        # A run that is held says nothing about what would have been dropped.
        return self.standing if held else self._dropped(made)

    def _dropped(self, made: RefreshPlan) -> Refusal:
        return refusal_after(self.standing, Ground.DROPPED, made.lost, self.now)


@dataclass(frozen=True, slots=True)
class Refresher:
    """Runs the refresh. `export` is given the catalogue in force after each run, where that is wanted."""

    sources: Sequence[Source]
    publisher: Publisher
    records: RecordStore
    blobs: BlobStore
    clock: Clock
    tables: Tables
    choices: QualityMap
    export: Callable[[Catalogue], None] | None = None

    def refresh(
        self,
        *,
        dry_run: bool = False,
        scheduled: bool = False,
        tell: Callable[[SourceState], None] = _silently,
        within_s: float = IN_ALL_S,
    ) -> Refreshed:
        """One run. Running it again on the same data writes no further version. Raises `StoreUnavailable`.

        One that is `scheduled` reads the sources and publishes nothing while a version made by going back is in force.
        `tell` is given each source's state as soon as it has had its turn; fetching takes about `within_s` in all.
        """
        names = [source.name for source in self.sources]
        current = self.publisher.current()
        gatherer = Gatherer(self.blobs, self.clock, Doubts(self.tables, self.choices))
        gathered = gatherer.gather(self.sources, load(self.records, names), current.models, tell, within_s)
        run = self._run(gathered)
        plans: list[RefreshPlan] = []

        def change(before: Catalogue) -> Mapping[str, ModelEntry] | None:
            plans.append(made := run.planned(before))
            # Where the whole is refused, there is something to publish only if the operator's file has news.
            return made.models if made.refused is None or made.models != before.models else None

        if dry_run:
            changed = diff(current.models, change(current) or current.models)
            return _outcome(current.version, changed, plans[-1], gathered, dry_run=True)
        self._keep(found for found in gathered if found.still is None)
        published = self.publisher.publish(change, ORIGIN, unless_held=scheduled)
        held = RefreshPlan(published.models, (), (), HELD)
        made = run.with_doubts(held) if published.held else plans[-1]
        if made.refused is not None:
            gathered = [found.unpublished() for found in gathered]
        self._keep(found for found in gathered if found.still is not None)
        done = _outcome(published.version, published.diff, made, gathered, dry_run=False)
        done = replace(done, not_exported=self._exported(published.version, published.models))
        self._remember(done, run.stands_against(made, held=published.held))
        if made.refused is None and any(_is_fresh_from_the_web(found.state) for found in gathered):
            note_renewed(self.records, self.clock.now())
        return done

    def states(self) -> list[SourceState]:
        """Every source as it is now. Raises `StoreUnavailable`."""
        now = self.clock.now()
        return [state.seen_at(now) for state in load(self.records, [source.name for source in self.sources])]

    def last_run(self) -> LastRun | None:
        """The last run, or None before the first. Raises `StoreUnavailable`."""
        record = self.records.get(RUNS, LATEST)
        if record is None:
            return None
        try:
            values = known_fields(LastRun, json.loads(record.body))
            doubts = tuple(Quarantined(**known_fields(Quarantined, doubt)) for doubt in values.pop("quarantined"))
            refusal = read_refusal(values.pop("refusal", None))
            return LastRun(**values, quarantined=doubts, refusal=refusal)
        except (ValueError, TypeError, KeyError):
            return None

    def _run(self, gathered: Sequence[GatheredSource]) -> _Run:
        last, now = self.last_run(), self.clock.now()
        refusal, doubts = (None, ()) if last is None else (last.refusal, last.quarantined)
        readings = [found.reading for found in gathered if found.reading is not None]
        most_lost = _most_lost(refusal, gathered, now)
        return _Run(readings, refusal, doubts, most_lost, now, iso_date(self.clock), self.tables, self.choices)

    def _keep(self, gathered: Iterable[GatheredSource]) -> None:
        """New last good data first, then the states that speak of them."""
        gathered = list(gathered)
        for found in gathered:
            if found.keep is not None:
                self.blobs.write(blob_name(found.state.name), packed(found.keep))
        save(self.records, (found.state for found in gathered))

    def _exported(self, version: int, models: Mapping[str, ModelEntry]) -> str | None:
        """Why it could not be exported: what is in force is so without a copy of it elsewhere."""
        if self.export is None:
            return None
        try:
            self.export(Catalogue(version, models, self.clock.now()))
        except StoreUnavailable as failure:
            return failure.message
        return None

    def _remember(self, done: Refreshed, refusal: Refusal | None) -> None:
        doubts, at = done.quarantined[:REMEMBERED], self.clock.now()
        run = LastRun(at, done.version, done.diff.summary, done.refused, doubts, refusal, done.not_exported)
        self.records.put(Record(RUNS, LATEST, json.dumps(asdict(run))))


def _most_lost(standing: Refusal | None, gathered: Sequence[GatheredSource], now: float) -> float:
    """The share of the models that may be dropped: what would have been dropped for long already, and what the models
    of a source that has shrunk that have been missing for as long come to."""
    shares = [FIFTH] + [
        doubt.extent + WORSE_BY for found in gathered for doubt in found.accepted if doubt.ground is Ground.SHRUNK
    ]
    if standing is not None and refusal_after(standing, Ground.DROPPED, standing.extent, now).stood(now):
        shares.append(standing.extent + WORSE_BY)
    return max(shares)


def _is_fresh_from_the_web(state: SourceState) -> bool:
    return state.name != OPERATOR and state.health is Health.FRESH


def _outcome(
    version: int, changed: Diff, made: RefreshPlan, gathered: Sequence[GatheredSource], *, dry_run: bool
) -> Refreshed:
    states = tuple(found.state for found in gathered)
    told_by = models_told_by(made.models.values())
    return Refreshed(version, dry_run, changed, made.quarantined, made.refused, states, told_by)
