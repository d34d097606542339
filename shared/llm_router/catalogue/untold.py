"""The status of a model of which nobody tells one: what follows from its dates and from what is known of it."""

from __future__ import annotations

from typing import Final

from llm_router.catalogue.ending import ended
from llm_router.catalogue.entry import ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.joining import FIGURES_ONLY
from llm_router.catalogue.merge import CURATED
from llm_router.catalogue.records import OPERATOR

_OFFER_NOTHING: Final = frozenset({OPERATOR, CURATED}) | FIGURES_ONLY


def untold_status(entry: ModelEntry, before: ModelEntry | None, today: str) -> tuple[ModelStatus, Provenance | None]:
    """The status and why, where that is told: `before` is the entry in force, None where that tells nothing of it."""
    if (why := ended(entry, today)) is not None:
        return ModelStatus.DEPRECATED, why
    if entry.quality or (OPERATOR in entry.sources.values() and not _unproven(before)) or _active_by_itself(before):
        return ModelStatus.ACTIVE, None
    return _disabled(today)


def taken_back_status(entry: ModelEntry, today: str) -> tuple[ModelStatus, Provenance | None]:
    """The same where the operator's word on the status, which is still the entry's, is taken back.

    Whether a source calls the model deprecated is known only when sources are read again. Until then one that a source
    offers stays what it was, and what the operator says of it otherwise is no evidence of its quality.
    """
    if _OFFER_NOTHING.issuperset(entry.sources.values()) or ended(entry, today) is not None:
        return untold_status(entry, None, today)
    return (entry.status, None) if entry.quality else _disabled(today)


def _disabled(today: str) -> tuple[ModelStatus, Provenance]:
    return ModelStatus.DISABLED, Provenance(CURATED, today, "no evidence of its quality yet; an update can activate it")


def _active_by_itself(entry: ModelEntry | None) -> bool:
    return entry is not None and entry.active and "status" not in entry.provenance


def _unproven(entry: ModelEntry | None) -> bool:
    """Whether a model is out for want of evidence: what the operator corrects of it otherwise is none."""
    return entry is not None and entry.status is ModelStatus.DISABLED and entry.sources.get("status") == CURATED
