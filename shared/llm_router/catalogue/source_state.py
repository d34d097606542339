"""How each source last fared, kept between runs: when it was read, what it gave, since when it fails and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from llm_router.catalogue.refusal import Doubt, Refusal, read_refusal
from llm_router.json_values import known_fields
from llm_router.ports import Record, RecordStore

if TYPE_CHECKING:
    from llm_router.catalogue.entry import ModelEntry
    from llm_router.catalogue.reader import InForce

KIND: Final = "source"
UNREAD_FOR_S: Final = 3 * 86_400.0
"""A source that has not been read for so long is called stale, and so is a catalogue that nobody has renewed: the
schedule runs every few hours, and prices change within days."""

SHOWN_PROBLEMS: Final = 10
RUNS: Final = "refresh"
"""The kind of what is kept of the refresh's runs."""

LATEST: Final = "latest"
"""The last run, and what it found."""

RENEWED: Final = "renewed"


class Health(StrEnum):
    """`refused` means that it answered and its data were not believed."""

    FRESH = "fresh"
    STALE = "stale"
    FAILING = "failing"
    REFUSED = "refused"
    SKIPPED = "skipped"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source. Times are epoch seconds. `as_of` is the date on which the data held first came in this form.

    `listed` tells how many of its records are of known providers (`joining.placed`), None where that was not counted
    yet, and `most_listed` the most there ever were; `flawed` how many of these have a part that cannot be used, `told`
    how many tell each fact and `rated` how many models it rates, by use (`comparing`). `panel` holds the points of the
    panel's members, by table. `refusals` is what stands against its data, or stood for so long that they are taken.
    """

    name: str
    health: Health = Health.NEVER
    last_attempt: float | None = None
    last_success: float | None = None
    failing_since: float | None = None
    error: str | None = None
    records: int = 0
    left_out: int = 0
    problems: tuple[str, ...] = ()
    address: str | None = None
    etag: str | None = None
    sha256: str | None = None
    as_of: str | None = None
    listed: int | None = None
    most_listed: int = 0
    flawed: int = 0
    told: Mapping[str, int] = field(default_factory=dict)
    rated: Mapping[str, int] = field(default_factory=dict)
    panel: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()

    def succeeded(self, now: float) -> SourceState:
        """After an answer that was taken, or that said that nothing has changed."""
        last = self.last_success
        gave_way = () if last is None else tuple(each for each in self.refusals if each.stood(last))
        well = replace(self, health=Health.FRESH, failing_since=None, error=None, refusals=gave_way)
        return replace(well, last_attempt=now, last_success=now)

    def failed(self, now: float, error: str) -> SourceState:
        """After an answer that was none. What is held stays."""
        since = now if self.failing_since is None else self.failing_since
        return replace(self, health=Health.FAILING, last_attempt=now, failing_since=since, error=error)

    def refused(self, now: float, doubts: Sequence[Doubt], refusals: tuple[Refusal, ...]) -> SourceState:
        """After an answer that was not believed for these doubts, each with its refusal. What is held stays. The error
        tells the doubt that is the last to give way."""
        doubt, last = max(zip(doubts, refusals, strict=True), key=lambda pair: pair[1].since)
        return replace(self.failed(now, last.told(doubt.words)), health=Health.REFUSED, refusals=refusals)

    def seen_at(self, now: float) -> SourceState:
        """The state as it is to be shown now: what was fresh long ago is stale."""
        if self.health is Health.FRESH and now - (self.last_success or 0.0) > UNREAD_FOR_S:
            return replace(self, health=Health.STALE)
        return self


def save(records: RecordStore, states: Iterable[SourceState]) -> None:
    """Keep them. Raises `StoreUnavailable`."""
    for state in states:
        records.put(Record(KIND, state.name, json.dumps(asdict(state))))


def load(records: RecordStore, names: Sequence[str]) -> list[SourceState]:
    """The states of these sources, in this order. Raises `StoreUnavailable`; what cannot be read counts as never."""
    return [_state(name, records.get(KIND, name)) for name in names]


def in_trouble(found: InForce, states: Iterable[SourceState]) -> bool:
    """Whether the catalogue needs somebody's attention: it or one of its sources cannot be read or believed."""
    return found.degraded or any(state.health in (Health.FAILING, Health.REFUSED) for state in states)


def models_told_by(models: Iterable[ModelEntry]) -> dict[str, int]:
    """Of how many of the models each source told something, be it a field or how good they are, by its name."""
    found: dict[str, int] = {}
    for entry in models:
        told = {*entry.sources.values(), *(cell.source for row in entry.quality.values() for cell in row.values())}
        # What else stands beside the names, such as a predecessor, has a space in it.
        for name in {name for sources in told for name in sources.split("+") if " " not in name}:
            found[name] = found.get(name, 0) + 1
    return found


def note_renewed(records: RecordStore, now: float) -> None:
    """Keep that the catalogue is now as a source on the web says. Raises `StoreUnavailable`."""
    records.put(Record(RUNS, RENEWED, str(now)))


def has_run(records: RecordStore) -> bool:
    """Whether any refresh has come to its end. Raises `StoreUnavailable`."""
    return records.get(RUNS, LATEST) is not None


def renewed_at(records: RecordStore) -> float:
    """When that was last so, in epoch seconds; 0 when it never was. Raises `StoreUnavailable`."""
    record = records.get(RUNS, RENEWED)
    try:
        return 0.0 if record is None else float(record.body)
    except ValueError:
        return 0.0


def _state(name: str, record: Record | None) -> SourceState:
    if record is None:
        return SourceState(name)
    try:
        values = json.loads(record.body)
        read = {
            "health": _health(values["health"]),
            "problems": tuple(values["problems"]),
            "refusals": tuple(filter(None, map(read_refusal, values.get("refusals", ())))),
        }
        return SourceState(**{**known_fields(SourceState, values), **read})
    except (ValueError, TypeError, KeyError):
        return SourceState(name)


def _health(kept: str) -> Health:
    """`never` for one that only a newer release knows: what else it has kept holds."""
    return Health(kept) if kept in [*Health] else Health.NEVER
