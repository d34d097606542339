"""What the catalogue becomes when sources have been read: a pure function, so that the same input gives one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from llm_router.catalogue.ending import PAST
from llm_router.catalogue.entry import ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.guards import FIFTH, Quarantined, last_good, quarantine, shrunk
from llm_router.catalogue.joining import FIGURES_ONLY, Joined, Statement, join
from llm_router.catalogue.merge import CURATED, merge, uncurated
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.rating import rated
from llm_router.catalogue.records import (
    FACTS,
    NOTHING_SAID,
    OPERATOR,
    OPERATOR_PRIORITY,
    SPEEDS,
    Facts,
    Reading,
    has_operators_word,
    known,
)
from llm_router.catalogue.tables import Tables
from llm_router.catalogue.untold import untold_status
from llm_router.catalogue.upsert import applied, known_as

_MAY_BE_TAKEN_BACK: Final = ("status", "deprecation_date", "long_prompt")
"""Facts that a source takes back by listing a model and not saying them any more."""


@dataclass(frozen=True, slots=True)
class RefreshPlan:
    """The models that are to be in force, what was not believed, and why the whole is refused for the share `lost`."""

    models: Mapping[str, ModelEntry]
    quarantined: tuple[Quarantined, ...]
    removed: tuple[str, ...]
    refused: str | None
    lost: float = 0.0


def plan(
    readings: Sequence[Reading],
    current: Mapping[str, ModelEntry],
    today: str,
    tables: Tables,
    choices: QualityMap,
    *,
    most_lost: float = FIFTH,
) -> RefreshPlan:
    """The catalogue after these readings, each a source's newest or last good data. `today` is an ISO date.

    One that would lose more than `most_lost` of its models, a share from 0 to 1, is refused: then it is the one before
    with what the operator's file says.
    """
    told = with_updates(readings, current)
    good = {name: last_good(entry, current.get(name)) for name, entry in told.items()}
    current = {name: entry for name, entry in told.items() if not _figures_alone(entry)}
    joined = join(readings, current.values(), tables)
    heard = {reading.source for reading in readings if reading.listings}
    offered = {name for name, found in joined.items() if found.offered}
    removed = tuple(sorted(name for name, entry in current.items() if name not in offered and _gone(entry, heard)))
    if shrunk(len(current), len(current) - len(removed), most_lost):
        lost, of = len(removed), len(current)
        return RefreshPlan(good, (), (), f"{lost} of {of} models would be dropped", lost / of)
    models, quarantined = {}, []
    for name in sorted((current.keys() | joined.keys()) - set(removed)):
        before = current.get(name)
        offering = joined.get(name) or Joined(name, current[name].provider, ())
        entry, doubts = quarantine(good.get(name), _merged(offering, before, heard, tables, today))
        models[name] = entry
        quarantined += doubts
    with_quality = rated(models, readings, tables, choices)
    settled = {name: _settled(entry, current.get(name), today) for name, entry in with_quality.items()}
    return RefreshPlan(settled, tuple(quarantined), removed, None)


def with_updates(readings: Sequence[Reading], current: Mapping[str, ModelEntry]) -> Mapping[str, ModelEntry]:
    """The models with what the operator's file says of them."""
    models = dict(current)
    for reading in readings:
        for update in reading.updates:
            name = known_as(update, models)
            models[name] = applied(update, models.get(name), reading.as_of)
    return models


def _gone(entry: ModelEntry, heard: set[str]) -> bool:
    """Whether every source that offered a model has been heard and lists it no more. The operator's models stay."""
    offered_by = _told_by(entry) - FIGURES_ONLY
    return bool(offered_by) and not has_operators_word(entry) and offered_by <= heard


def _figures_alone(entry: ModelEntry) -> bool:
    """Whether nobody offers a model: all that is known of it are figures under a name that no provider need know."""
    told_by = _told_by(entry)
    return bool(told_by) and not has_operators_word(entry) and told_by <= FIGURES_ONLY


def _told_by(entry: ModelEntry) -> set[str]:
    """Every source that a field of the model came from."""
    return {source for name in entry.provenance for source in _sources(entry, name)}


def _merged(joined: Joined, before: ModelEntry | None, heard: set[str], tables: Tables, today: str) -> ModelEntry:
    """What the sources say now, with the operator's word above it and the last known values below.

    A field that rests on a source of which nothing is held stays as it is, whatever the others say. What our tables
    alone have told goes when they tell it no more.
    """
    if before is None:
        return merge(joined, tables, today)
    own = tuple(_statement(before, name) for name in FACTS if _origin(before, name) == OPERATOR)
    entry = merge(replace(joined, statements=(*joined.statements, *own)), tables, today, before.api_alias)
    values: dict[str, Any] = {"quality": before.quality}
    provenance = dict(entry.provenance)
    for name in FACTS:
        all_heard = _sources(before, name) <= heard
        stays = not all_heard or (name not in provenance and _origin(before, name) != CURATED)
        if stays and name != "status" and (last := known(before, name)) not in NOTHING_SAID:
            values[name] = last
            if name in before.provenance:
                provenance[name] = before.provenance[name]
                if name == "capabilities" and all_heard:
                    values[name], provenance[name] = uncurated(before.capabilities, before.provenance[name])
    for name in _MAY_BE_TAKEN_BACK:
        if name not in entry.provenance and not _holds_still(before, name, joined):
            values.pop(name, None)
            provenance.pop(name, None)
        elif name == "status" and name not in entry.provenance and before.status is ModelStatus.DEPRECATED:
            values[name], provenance[name] = before.status, before.provenance[name]
    latency = {name: values.pop(name) for name in SPEEDS if name in values}
    return replace(entry, provenance=provenance, latency=replace(entry.latency, **latency), **values)


def _holds_still(before: ModelEntry, name: str, joined: Joined) -> bool:
    """Whether nobody takes back what was said: the source of it does so by listing the model and not saying it.

    A status that follows from a date was said by nobody, and follows anew.
    """
    sources = _sources(before, name)
    said = name in before.provenance and before.provenance[name].note != PAST
    # Who gave no price that could be read has not said that long prompts cost no more.
    spoke = (told.source for told in joined.statements if name != "long_prompt" or _is_priced(told.facts))
    return said and bool(sources) and sources.isdisjoint(spoke)


def _is_priced(facts: Facts) -> bool:
    return facts.input_usd_per_mtok is not None and facts.output_usd_per_mtok is not None


def _sources(entry: ModelEntry, name: str) -> set[str]:
    """The sources that a field's value came from; the operator and our own tables are always heard."""
    origin = entry.provenance.get(name)
    return set() if origin is None else set(origin.source.split("+")) - {CURATED, OPERATOR}


def _origin(entry: ModelEntry, name: str) -> str | None:
    origin = entry.provenance.get(name)
    return None if origin is None else origin.source


def _statement(entry: ModelEntry, name: str) -> Statement:
    """What the operator once said of one field: it goes before any source."""
    facts: dict[str, Any] = {name: known(entry, name)}
    return Statement(OPERATOR, OPERATOR_PRIORITY, entry.provenance[name].as_of or "", Facts(**facts))


def _settled(entry: ModelEntry, before: ModelEntry | None, today: str) -> ModelEntry:
    """The entry with its status; the old object where nothing but dates of origin and remarks changed."""
    status, why = _status(entry, before, today)
    provenance = {"display_name": Provenance(CURATED, today, "made from its id"), **entry.provenance}
    if why is not None:
        provenance["status"] = why
    entry = replace(entry, status=status, provenance=provenance)
    if before is not None and entry.origins == before.origins:
        return before if replace(entry, provenance=before.provenance) == before else entry
    return entry


def _status(entry: ModelEntry, before: ModelEntry | None, today: str) -> tuple[ModelStatus, Provenance | None]:
    status = entry.provenance.get("status")
    if status is not None and status.source == OPERATOR:
        return entry.status, status
    if status is not None and entry.status is ModelStatus.DEPRECATED:
        return entry.status, status
    return untold_status(entry, before, today)
