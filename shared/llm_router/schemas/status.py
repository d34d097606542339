"""`GET /status`: what of the catalogue is fresh, stale or failing."""

from __future__ import annotations

from pydantic import BaseModel

from llm_router.catalogue.reader import InForce
from llm_router.ports import VersionInfo


class SourceStatus(BaseModel):
    """One source: how many fields of the catalogue rest on it, of which date, and how its last reading went."""

    name: str
    state: str
    models: int
    as_of: str | None
    age_s: float | None = None
    last_success: float | None = None
    last_error: str | None = None


class StatusAnswer(BaseModel):
    """The catalogue at a glance. Times are epoch seconds."""

    status: str
    total_models: int
    active_models: int
    last_sync: float | None
    data_sources: list[str]
    catalogue_version: int
    catalogue_age_s: float | None
    origin: str
    sources: list[SourceStatus]


def status_answer(found: InForce, current: VersionInfo | None, now: float) -> StatusAnswer:
    """The status of the catalogue in force, `current` being what its store says of it."""
    catalogue = found.catalogue
    models: dict[str, set[str]] = {}
    dates: dict[str, str] = {}
    for entry in catalogue:
        for origin in entry.provenance.values():
            models.setdefault(origin.source, set()).add(entry.id)
            if origin.as_of is not None:
                dates[origin.source] = max(origin.as_of, dates.get(origin.source, ""))
    return StatusAnswer(
        status="degraded" if found.degraded else "ok",
        total_models=len(catalogue),
        active_models=len(catalogue.active()),
        last_sync=current.created_at if current else None,
        data_sources=sorted(models),
        catalogue_version=catalogue.version,
        catalogue_age_s=now - current.created_at if current else None,
        origin=current.origin if current else "bundled",
        sources=[
            SourceStatus(name=name, state="bundled", models=len(models[name]), as_of=dates.get(name))
            for name in sorted(models)
        ],
    )
