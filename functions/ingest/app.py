"""The ingest function: keeps the model catalogue."""

from __future__ import annotations

from dataclasses import replace

from llm_router.activity import ActivityKind, Observation
from llm_router.catalogue.gathering import AWAITED_S
from llm_router.catalogue.source_state import Health, renewed_at
from llm_router.clock import iso_date
from llm_router.composition.services import services
from llm_router.errors import ErrorCode, RouterError, StoreUnavailable
from llm_router.function_names import Function
from llm_router.health import catalogue_is_well
from llm_router.schemas.catalogue import (
    EntryAnswer,
    ModelsAnswer,
    RefreshRequest,
    RollbackRequest,
    UpdateAnswer,
    entry_answer,
    models_answer,
    update_answer,
)
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.status import RefreshAnswer, StatusAnswer, refresh_answer, status_answer
from llm_router.schemas.update import UpdateRequest
from llm_router.schemas.versions import VersionsAnswer, versions_answer, versions_asked
from llm_router.web.door import Call, Door
from llm_router.web.errors import status_of
from llm_router.web.lambda_handler import Result, lambda_handler
from llm_router.web.snapstart import prepared

service = services()
door = Door(Function.INGEST, service.gatekeeper, service.observer)


@door.get("/status", answer=StatusAnswer, summary="Catalogue status, per source")
async def status(_call: Call) -> StatusAnswer:
    """What is fresh, stale, quarantined or failing; while the store is down, what the last good catalogue tells."""
    found, refresher, now = service.reader().in_force(), service.ingesting.refresher(), service.clock.now()
    try:
        current, states, last = service.catalogue_store().current(), refresher.states(), refresher.last_run()
        renewed = renewed_at(refresher.records)
    except StoreUnavailable:
        return status_answer(replace(found, degraded=True), None, [], None, 0.0, now)
    return status_answer(found, current, states, last, renewed, now)


@door.get("/models", answer=ModelsAnswer, summary="Every model of the catalogue")
async def models(_call: Call) -> ModelsAnswer:
    """Active or not."""
    return models_answer(service.reader().in_force().catalogue)


@door.get("/models/{model_id}", answer=EntryAnswer, summary="One model of the catalogue")
async def model(call: Call) -> EntryAnswer:
    """By id, or by the provider's own name for it where only one model has it."""
    return entry_answer(service.reader().in_force().catalogue.named(call.path_params["model_id"]))


@door.get("/catalogue/versions", answer=VersionsAnswer, summary="The versions kept, newest first")
async def versions(call: Call) -> VersionsAnswer:
    """Each with what it changed; `before` the last one that was told there may be more."""
    asked = versions_asked(call.query)
    kept = service.ingesting.publisher().versions(asked.limit, asked.before)
    return versions_answer(kept, service.catalogue_store().current())


@door.post("/update", body=UpdateRequest, answer=UpdateAnswer, summary="Add or change models: all of them or none")
async def update(_call: Call, body: UpdateRequest) -> UpdateAnswer:
    """A new version, unless nothing changes."""
    today = iso_date(service.clock)
    published = service.ingesting.publisher().publish(
        lambda before: body.applied_to(before, today), "update", expected_version=body.expected_version
    )
    service.reader().forget()
    return update_answer(published, today)


@door.post(
    "/catalogue/rollback", body=RollbackRequest, answer=UpdateAnswer, summary="Make an earlier version current again"
)
async def rollback(_call: Call, body: RollbackRequest) -> UpdateAnswer:
    """Its content becomes a new version, which scheduled refreshes leave in force."""
    published = service.ingesting.publisher().rollback(body.version, expected_version=body.expected_version)
    service.reader().forget()
    return update_answer(published, iso_date(service.clock))


@door.post("/refresh", body=RefreshRequest, answer=RefreshAnswer, summary="Run the scheduled refresh now")
async def refresh(_call: Call, body: RefreshRequest) -> RefreshAnswer:
    """Reads every source; with `dry_run` nothing is written and the whole diff comes back."""
    try:
        done = service.ingesting.refresher().refresh(dry_run=body.dry_run, within_s=AWAITED_S)
    finally:
        service.reader().forget()
    return refresh_answer(done, service.clock.now())


def on_schedule(event_id: str) -> Result:
    """The scheduled refresh. An event that arrives twice finds nothing changed and writes nothing; one that cannot be
    run is counted and said, and the next one comes in its time."""
    try:
        done = service.ingesting.refresher().refresh(scheduled=True)
    except RouterError as failure:
        status, code = status_of(failure)
        _note_run(event_id, status, code)
        return {"error": code}
    finally:
        service.reader().forget()
    fresh = any(state.health is Health.FRESH for state in done.sources)
    _note_run(event_id, 200 if fresh else 502)
    told = {"refused": done.refused, "not_exported": done.not_exported}
    return {"catalogue_version": done.version, "changed": done.diff.summary, **told}


def _note_run(event_id: str, status: int, error: ErrorCode | None = None) -> None:
    kind = ActivityKind.SCHEDULED
    service.observer().observe(Observation(Function.INGEST, "schedule", event_id, status, error=error, kind=kind))


@door.get("/ingest/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """Degraded while the catalogue in force cannot be read from its store."""
    return HealthAnswer.of(Function.INGEST, [] if catalogue_is_well(service.reader()) else ["catalogue"])


prepared(before=lambda: service.reader().in_force(), after=service.restored, at_once=service.settings.provisioned)
handler = lambda_handler(door.app, on_schedule=on_schedule)
