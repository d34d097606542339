"""The status of a model of which nobody tells one: what follows from its dates and from what is known of it."""

from __future__ import annotations

from llm_router.catalogue.ending import ended
from llm_router.catalogue.entry import ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.merge import CURATED
from llm_router.catalogue.records import OPERATOR


def untold_status(entry: ModelEntry, before: ModelEntry | None, today: str) -> tuple[ModelStatus, Provenance | None]:
    """The status and why, where that is told: `before` is the entry in force, None where that tells nothing of it."""
    if (why := ended(entry, today)) is not None:
        return ModelStatus.DEPRECATED, why
    if entry.quality or (OPERATOR in entry.sources.values() and not _unproven(before)) or _active_by_itself(before):
        return ModelStatus.ACTIVE, None
    return ModelStatus.DISABLED, Provenance(CURATED, today, "no evidence of its quality yet; an update can activate it")


def _active_by_itself(entry: ModelEntry | None) -> bool:
    return entry is not None and entry.active and "status" not in entry.provenance


def _unproven(entry: ModelEntry | None) -> bool:
    """Whether a model is out for want of evidence: what the operator corrects of it otherwise is none."""
    return entry is not None and entry.status is ModelStatus.DISABLED and entry.sources.get("status") == CURATED
