"""How each part is, since when, and what to do about it. Parts report here; the dashboard reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from llm_router.errors import CatalogueUnavailable, StoreUnavailable
from llm_router.ports import Clock, Record, RecordStore

if TYPE_CHECKING:
    from llm_router.catalogue.reader import CatalogueReader

KIND = "health"
KEPT_S = 30 * 86_400.0
MOST = 200
"""Parts that are read back."""


class State(StrEnum):
    """`degraded`: answers are right but slower or simpler. `unknown`: it has not been used yet."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Component:
    """One part. `since` is when it entered this state, in epoch seconds; `advice` is empty when all is well."""

    name: str
    state: State
    detail: str = ""
    advice: str = ""
    since: float | None = None


def report(records: RecordStore, clock: Clock, component: Component) -> Component:
    """Note a part's state for others to see, and give it with its `since`. Writes only what changed.

    While the store is down nothing is noted, and the part comes back as it was given.
    """
    try:
        held = read(records, component.name)
        if held is not None and (held.state, held.detail) == (component.state, component.detail):
            return held
        now = clock.now()
        since = held.since if held is not None and held.state is component.state else now
        body = json.dumps([component.state, component.detail, component.advice, since])
        records.put(Record(KIND, component.name, body, expires_at=now + KEPT_S))
    except StoreUnavailable:
        return component
    return replace(component, since=since)


def read(records: RecordStore, name: str) -> Component | None:
    """What a part last reported, or None. Raises `StoreUnavailable`."""
    record = records.get(KIND, name)
    return None if record is None else _component(record)


def reported(records: RecordStore) -> list[Component]:
    """Every part that has ever reported, by name. Raises `StoreUnavailable`."""
    found = (_component(record) for record in records.latest(KIND, MOST))
    return sorted((component for component in found if component is not None), key=lambda found: found.name)


def _component(record: Record) -> Component | None:
    try:
        state, detail, advice, since = json.loads(record.body)
        return Component(record.key, State(state), str(detail), str(advice), float(since))
    except (ValueError, TypeError):
        return None


def catalogue_is_well(catalogues: CatalogueReader) -> bool:
    """Whether there is a catalogue, and none newer that cannot be read."""
    try:
        return not catalogues.in_force().degraded
    except CatalogueUnavailable:
        return False


def overall(components: Iterable[Component]) -> State:
    """Down when a part that requests need is down, degraded when any part is not well."""
    states = {component.state for component in components}
    if State.DOWN in states:
        return State.DOWN
    return State.DEGRADED if State.DEGRADED in states else State.UP
