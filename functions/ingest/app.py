"""The ingest function: keeps the model catalogue."""

from __future__ import annotations

from llm_router.bootstrap import services
from llm_router.clock import iso_date
from llm_router.errors import NotFound
from llm_router.schemas.catalogue import (
    EntryAnswer,
    ModelsAnswer,
    RollbackRequest,
    UpdateAnswer,
    VersionsAnswer,
    entry_answer,
    update_answer,
    version_answer,
)
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.status import StatusAnswer, status_answer
from llm_router.schemas.update import UpdateRequest
from llm_router.web.access import Function
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler

service = services()
door = Door(Function.INGEST, service.gatekeeper, service.observer)


@door.get("/status", answer=StatusAnswer, summary="Catalogue status, per source")
async def status(_call: Call) -> StatusAnswer:
    """What is fresh, stale or failing."""
    found = service.reader().in_force()
    return status_answer(found, service.catalogue_store().current(), service.clock.now())


@door.get("/models", answer=ModelsAnswer, summary="Every model of the catalogue")
async def models(_call: Call) -> ModelsAnswer:
    """Active or not."""
    catalogue = service.reader().in_force().catalogue
    return ModelsAnswer(models=[entry_answer(entry) for entry in catalogue], catalogue_version=catalogue.version)


@door.get("/models/{model_id}", answer=EntryAnswer, summary="One model of the catalogue")
async def model(call: Call) -> EntryAnswer:
    """By id, or by the provider's own name for it where only one model has it."""
    entry = service.reader().in_force().catalogue.find(call.path_params["model_id"])
    if entry is None:
        raise NotFound("There is no such model; see /models.")
    return entry_answer(entry)


@door.get("/catalogue/versions", answer=VersionsAnswer, summary="The versions kept, newest first")
async def versions(_call: Call) -> VersionsAnswer:
    """Each with what it changed."""
    kept = service.publisher().versions()
    current = service.catalogue_store().current()
    return VersionsAnswer(
        versions=[version_answer(info) for info in kept], catalogue_version=current.version if current else 0
    )


@door.post("/update", body=UpdateRequest, answer=UpdateAnswer, summary="Add or change models: all of them or none")
async def update(_call: Call, body: UpdateRequest) -> UpdateAnswer:
    """A new version, unless nothing changes."""
    today = iso_date(service.clock)
    published = service.publisher().publish(
        lambda before: body.applied_to(before.models, today), "update", expected_version=body.expected_version
    )
    service.reader().forget()
    return update_answer(published)


@door.post(
    "/catalogue/rollback", body=RollbackRequest, answer=UpdateAnswer, summary="Make an earlier version current again"
)
async def rollback(_call: Call, body: RollbackRequest) -> UpdateAnswer:
    """Its content becomes a new version."""
    published = service.publisher().rollback(body.version)
    service.reader().forget()
    return update_answer(published)


@door.get("/ingest/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """Degraded while the catalogue in force cannot be read from its store."""
    return HealthAnswer.of("ingest", ["catalogue"] if service.reader().in_force().degraded else [])


handler = lambda_handler(door.app)
