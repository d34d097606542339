"""Models whose time is over: which they are on a day, and the catalogue as it is on that day."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.merge import CURATED
from llm_router.catalogue.records import OPERATOR

PAST: Final = "past its deprecation"


def ended(entry: ModelEntry, today: str) -> Provenance | None:
    """Why the model is deprecated by its date; None before that day, or where the operator has stated its status."""
    if entry.deprecation_date is None or entry.deprecation_date > today:
        return None
    status = entry.provenance.get("status")
    if status is not None and status.source == OPERATOR:
        return None
    origin = entry.provenance.get("deprecation_date")
    return Provenance(origin.source if origin else CURATED, today, PAST)


def as_of_day(catalogue: Catalogue, today: str) -> Catalogue:
    """The catalogue with every model deprecated whose day has come; the very same one where there is none."""
    over = {
        entry.id: replace(entry, status=ModelStatus.DEPRECATED, provenance={**entry.provenance, "status": why})
        for entry in catalogue
        if entry.status is not ModelStatus.DEPRECATED and (why := ended(entry, today)) is not None
    }
    return replace(catalogue, models={**catalogue.models, **over}) if over else catalogue
