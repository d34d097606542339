"""`GET /metrics/models` and `/metrics/{model_id}`: what the catalogue says of a model, and what was seen of it here."""

from __future__ import annotations

from pydantic import BaseModel

from llm_router.catalogue.entry import ModelEntry, ModelStatus
from llm_router.schemas.catalogue import LatencyAnswer, QualityAnswer, entry_answer
from llm_router.taxonomy import Category, Difficulty


class LiveMetrics(BaseModel):
    """What was seen here over the last day."""

    times_recommended: int


class ModelMetrics(BaseModel):
    """One model: its catalogue figures and its live ones."""

    id: str
    provider: str
    display_name: str
    status: ModelStatus
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    latency: LatencyAnswer
    quality: dict[Category, dict[Difficulty, QualityAnswer]]
    live: LiveMetrics


class ModelsMetrics(BaseModel):
    """Every model, and the catalogue's version."""

    models: list[ModelMetrics]
    catalogue_version: int


def model_metrics(entry: ModelEntry, times_recommended: int) -> ModelMetrics:
    """The metrics of one model."""
    shown = entry_answer(entry)
    return ModelMetrics(
        id=shown.id,
        provider=shown.provider,
        display_name=shown.display_name,
        status=shown.status,
        input_usd_per_mtok=shown.input_usd_per_mtok,
        output_usd_per_mtok=shown.output_usd_per_mtok,
        latency=shown.latency,
        quality=shown.quality,
        live=LiveMetrics(times_recommended=times_recommended),
    )
