"""`GET /status` and `POST /refresh`: what of the catalogue is fresh, stale, quarantined or failing, and since when."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.guards import Quarantined, still_doubted
from llm_router.catalogue.publishing import BUNDLED, held_by_rollback
from llm_router.catalogue.reader import InForce
from llm_router.catalogue.refresher import LastRun, Refreshed
from llm_router.catalogue.source_state import Health, SourceState, in_trouble, models_told_by
from llm_router.ports import VersionInfo
from llm_router.schemas.catalogue import DiffAnswer, diff_answer


class SourceStatus(BaseModel):
    """One source: how it fares, how old its data are, and what was wrong. Times are epoch seconds, ages seconds."""

    name: str
    state: Health
    models: int
    records: int
    left_out: int
    as_of: str | None
    last_success: float | None
    age_s: float | None
    last_attempt: float | None
    failing_since: float | None
    last_error: str | None
    problems: list[str]


class QuarantinedAnswer(BaseModel):
    """A figure that was not believed; the old one is kept."""

    model: str
    field: str
    kept: float
    refused: float
    source: str


class CatalogueStatus(StrEnum):
    """`degraded` while the catalogue or one of its sources cannot be read or believed."""

    OK = "ok"
    DEGRADED = "degraded"


class StatusAnswer(BaseModel):
    """The catalogue at a glance. Times are epoch seconds, ages seconds.

    `last_sync` is when it was last made, or found to be, as a source on the web says. `not_exported` tells why the last
    refresh could not write its copy.

    `held_by_rollback` while the version in force was made by going back: scheduled refreshes leave it alone.
    """

    status: CatalogueStatus
    total_models: int
    active_models: int
    last_sync: float | None
    data_sources: list[str]
    catalogue_version: int
    catalogue_age_s: float | None
    origin: str
    held_by_rollback: bool
    last_change: str | None
    refused: str | None
    not_exported: str | None
    quarantined: list[QuarantinedAnswer]
    sources: list[SourceStatus]


class RefreshAnswer(BaseModel):
    """What a refresh did, or with `dry_run` would do."""

    catalogue_version: int
    dry_run: bool
    diff: DiffAnswer
    refused: str | None
    not_exported: str | None
    quarantined: list[QuarantinedAnswer]
    sources: list[SourceStatus]


def status_answer(
    found: InForce,
    current: VersionInfo | None,
    states: list[SourceState],
    last: LastRun | None,
    renewed: float,
    now: float,
) -> StatusAnswer:
    """The status of the catalogue in force, `current` being what its store says of it: None where nothing was published
    or the store is down. `renewed` is when it was last as a source on the web says, 0 for never."""
    catalogue = found.catalogue
    models = models_told_by(catalogue)
    return StatusAnswer(
        status=CatalogueStatus.DEGRADED if in_trouble(found, states) else CatalogueStatus.OK,
        total_models=len(catalogue),
        active_models=len(catalogue.active()),
        last_sync=renewed or None,
        data_sources=sorted(models),
        catalogue_version=catalogue.version,
        catalogue_age_s=now - current.created_at if current else None,
        origin=current.origin if current else "unknown" if catalogue.version else BUNDLED,
        held_by_rollback=held_by_rollback(current),
        last_change=current.summary if current else None,
        refused=last.refused if last else None,
        not_exported=last.not_exported if last else None,
        quarantined=still_quarantined(last, catalogue),
        sources=[_source(state, models.get(state.name, 0), now) for state in states],
    )


def refresh_answer(done: Refreshed, now: float) -> RefreshAnswer:
    """The answer to `POST /refresh`."""
    return RefreshAnswer(
        catalogue_version=done.version,
        dry_run=done.dry_run,
        diff=diff_answer(done.diff),
        refused=done.refused,
        not_exported=done.not_exported,
        quarantined=_quarantined(done.quarantined),
        sources=[_source(state, done.told_by.get(state.name, 0), now) for state in done.sources],
    )


def still_quarantined(last: LastRun | None, catalogue: Catalogue) -> list[QuarantinedAnswer]:
    """The figures that the last run did not believe and that are still kept in the catalogue in force."""
    return _quarantined(still_doubted(last.quarantined if last else (), (), catalogue.models))


def _quarantined(found: tuple[Quarantined, ...]) -> list[QuarantinedAnswer]:
    return [QuarantinedAnswer.model_validate(one, from_attributes=True) for one in found]


def _source(state: SourceState, models: int, now: float) -> SourceStatus:
    return SourceStatus(
        name=state.name,
        state=state.health,
        models=models,
        records=state.records,
        left_out=state.left_out,
        as_of=state.as_of,
        last_success=state.last_success,
        age_s=None if state.last_success is None else now - state.last_success,
        last_attempt=state.last_attempt,
        failing_since=state.failing_since,
        last_error=state.error,
        problems=list(state.problems),
    )
