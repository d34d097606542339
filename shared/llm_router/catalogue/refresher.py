"""The refresh as a use case: read the sources, plan, publish at most one version, and remember how it went."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from llm_router.catalogue.diff import Diff, diff
from llm_router.catalogue.doubts import Doubts
from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.gathering import IN_ALL_S, Gathered, Gatherer, blob_name, packed
from llm_router.catalogue.guards import Quarantined
from llm_router.catalogue.publishing import Publisher
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.records import OPERATOR
from llm_router.catalogue.refresh_plan import RefreshPlan, plan
from llm_router.catalogue.refusal import Ground, Refusal, refusal_of, refused
from llm_router.catalogue.source_state import RUNS, Health, SourceState, load, note_renewed, save
from llm_router.catalogue.sources import Source
from llm_router.catalogue.tables import Tables
from llm_router.ports import BlobStore, Clock, Record, RecordStore

LATEST: Final = "latest"
ORIGIN: Final = "refresh"
HELD: Final = "the version in force was made by going back, and stays until POST /refresh or POST /update"
REMEMBERED: Final = 500
"""How many quarantined prices are kept for the status."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run did, or with `dry_run` would do."""

    version: int
    dry_run: bool
    diff: Diff
    quarantined: tuple[Quarantined, ...]
    refused: str | None
    sources: tuple[SourceState, ...]


@dataclass(frozen=True, slots=True)
class LastRun:
    """What is remembered of the last run that was no dry run. `at` is in epoch seconds; `refusal` is what
    stands against publishing."""

    at: float
    version: int
    summary: str
    refused: str | None
    quarantined: tuple[Quarantined, ...]
    refusal: Refusal | None = None


def _silently(_state: SourceState) -> None:
    return


@dataclass(frozen=True, slots=True)
class Refresher:
    """Runs the refresh. `export` is given every newly published catalogue, where one is wanted."""

    sources: Sequence[Source]
    publisher: Publisher
    records: RecordStore
    blobs: BlobStore
    clock: Clock
    today: Callable[[], str]
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
        gatherer = Gatherer(self.blobs, self.clock, Doubts(self.tables, self.choices), self.today)
        gathered = gatherer.gather(self.sources, load(self.records, names), current.models, tell, within_s)
        refusal = self._refusal()
        may_shrink = refusal.stood(self.clock.now()) or any(map(_may_be_less, gathered))
        plans: list[RefreshPlan] = []

        def change(before: Catalogue) -> Mapping[str, ModelEntry] | None:
            readings = [found.reading for found in gathered if found.reading is not None]
            made = plan(readings, before.models, self.today(), self.tables, self.choices, may_shrink=may_shrink)
            plans.append(made if made.refused is None else replace(made, refused=refusal.told(made.refused)))
            return made.models if made.refused is None else None

        if dry_run:
            changed = diff(current.models, change(current) or current.models)
            return _outcome(current.version, changed, plans[-1], gathered, dry_run=True)
        self._keep(gathered)
        published = self.publisher.publish(change, ORIGIN, unless_held=scheduled)
        made = RefreshPlan(published.models, (), (), HELD) if published.held else plans[-1]
        dropping = made.refused is not None and not published.held
        self._remember(published.version, published.diff, made, refusal if dropping else None)
        on_the_web = (found.state for found in gathered if found.state.name != OPERATOR)
        if made.refused is None and any(state.health is Health.FRESH for state in on_the_web):
            note_renewed(self.records, self.clock.now())
        if self.export is not None:
            self.export(Catalogue(published.version, published.models, self.clock.now()))
        return _outcome(published.version, published.diff, made, gathered, dry_run=False)

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
            values = json.loads(record.body)
            doubts = tuple(Quarantined(**doubt) for doubt in values.pop("quarantined"))
            refusal = refusal_of(values.pop("refusal", None))
            return LastRun(**values, quarantined=doubts, refusal=refusal)
        except (ValueError, TypeError, KeyError):
            return None

    def _refusal(self) -> Refusal:
        """What stands against publishing if this run, too, would drop too many models."""
        last = self.last_run()
        return refused(None if last is None else last.refusal, Ground.DROPPED, self.clock.now())

    def _keep(self, gathered: Sequence[Gathered]) -> None:
        """New last good data first, then the states that speak of them."""
        for found in gathered:
            if found.keep is not None:
                self.blobs.write(blob_name(found.state.name), packed(found.keep))
        save(self.records, (found.state for found in gathered))

    def _remember(self, version: int, changed: Diff, made: RefreshPlan, refusal: Refusal | None) -> None:
        doubts = made.quarantined[:REMEMBERED]
        run = LastRun(self.clock.now(), version, changed.summary, made.refused, doubts, refusal)
        self.records.put(Record(RUNS, LATEST, json.dumps(asdict(run))))


def _may_be_less(found: Gathered) -> bool:
    """Whether the models of a source that has shrunk have been missing for long already."""
    return found.accepted is not None and found.accepted.ground is Ground.SHRUNK


def _outcome(
    version: int, changed: Diff, made: RefreshPlan, gathered: Sequence[Gathered], *, dry_run: bool
) -> Refreshed:
    states = tuple(found.state for found in gathered)
    return Refreshed(version, dry_run, changed, made.quarantined, made.refused, states)
