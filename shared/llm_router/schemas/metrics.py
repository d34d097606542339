"""`GET /metrics/models` and `/metrics/{model_id}`: what the catalogue says of a model, and what was seen of it here."""

from __future__ import annotations

from pydantic import BaseModel

from llm_router.catalogue.entry import ModelEntry, ModelStatus
from llm_router.outcomes import LiveLatency, Observed
from llm_router.ranking.posterior import joined
from llm_router.ranking.task import Surroundings
from llm_router.schemas.catalogue import LatencyAnswer, QualityAnswer, entry_answer
from llm_router.taxonomy import Category, Difficulty


class JudgedAnswer(BaseModel):
    """What callers said of one kind of work: the weight of their judgements as they have aged, and their mean."""

    n: float
    mean: float


class JoinedAnswer(BaseModel):
    """The chance that counts in the ranking: the catalogue's, drawn to what was judged and answered here."""

    mean: float
    sd: float
    n: float


class LiveMetrics(BaseModel):
    """What was seen here: recommendations over the last day, judgements and attempts as they have aged.

    `reliability` is the chance that an attempt is answered. Speeds are null until something was measured.
    """

    times_recommended: int
    attempts: float
    reliability: float
    time_to_first_token_ms: float | None
    output_tokens_per_second: float | None
    quality: dict[Category, dict[Difficulty, JudgedAnswer]]


class ModelMetrics(BaseModel):
    """One model: its catalogue figures (`latency`, `quality`), its live ones, and both `joined`, as they count."""

    id: str
    provider: str
    display_name: str
    status: ModelStatus
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    latency: LatencyAnswer
    quality: dict[Category, dict[Difficulty, QualityAnswer]]
    live: LiveMetrics
    joined: dict[Category, dict[Difficulty, JoinedAnswer]]


class ModelsMetrics(BaseModel):
    """Every model, and the catalogue's version."""

    models: list[ModelMetrics]
    catalogue_version: int


def model_metrics(
    entry: ModelEntry, times_recommended: int, around: Surroundings, everywhere: Observed | None
) -> ModelMetrics:
    """The metrics of one model, with what was seen of it `around` the catalogue. What counts is joined with what was
    observed of it `everywhere`, with its judgements at all its providers."""
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
        live=_live(times_recommended, around.observed.get(entry.id, Observed()), around.live.get(entry.id)),
        joined={
            category: {
                level: JoinedAnswer(mean=round(cell.mean, 4), sd=round(cell.sd, 4), n=round(cell.n, 2))
                for level, cell in levels.items()
            }
            for category, levels in joined(entry.quality, everywhere).items()
        },
    )


def _live(times_recommended: int, seen: Observed, speed: LiveLatency | None) -> LiveMetrics:
    return LiveMetrics(
        times_recommended=times_recommended,
        attempts=round(seen.tries, 2),
        reliability=round(seen.reliability, 4),
        time_to_first_token_ms=None if speed is None else round(speed.time_to_first_token_ms, 1),
        output_tokens_per_second=None if speed is None else round(speed.output_tokens_per_second, 1),
        quality={
            category: {
                level: JudgedAnswer(n=round(tally.n, 2), mean=round(tally.good / tally.n, 4))
                for level, tally in levels.items()
            }
            for category, levels in seen.judged.items()
        },
    )
