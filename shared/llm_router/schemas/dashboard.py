"""`GET /dashboard/data` and `GET /health`: everything that the page shows. Times are epoch seconds."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from llm_router import __version__
from llm_router.catalogue.source_state import Health
from llm_router.dashboard import Window
from llm_router.function_names import Function
from llm_router.health import Component, State, overall
from llm_router.schemas.status import QuarantinedAnswer
from llm_router.taxonomy import Difficulty


class ComponentAnswer(BaseModel):
    """One part of the service: how it is, since when, and what to do about it."""

    name: str
    state: State
    since: float | None
    detail: str
    advice: str

    @classmethod
    def of(cls, component: Component) -> ComponentAnswer:
        """The component as JSON shows it."""
        return cls.model_validate(component, from_attributes=True)


class WholeHealth(BaseModel):
    """Health of the whole."""

    status: State
    version: str
    components: list[ComponentAnswer]

    @classmethod
    def of(cls, components: Iterable[Component]) -> WholeHealth:
        """The health of the whole, by its parts."""
        parts = list(components)
        answers = [ComponentAnswer.of(component) for component in parts]
        return cls(status=overall(parts), version=__version__, components=answers)


class FunctionFigures(BaseModel):
    """What one function did in the window; latencies in milliseconds, null when it did nothing."""

    function: Function
    requests: int
    refused: int
    errors: int
    cold_starts: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class Point(BaseModel):
    """One bucket of time; `at` is its start."""

    at: int
    requests: int
    refused: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    estimated_usd: float
    spent_usd: float


class Share(BaseModel):
    """A name and how often it occurred."""

    name: str
    count: int


class ModelFigures(BaseModel):
    """A model that was recommended or asked: how often, for how much, and how it fared when it was asked to write.

    `live_ms` is the mean of the attempts that succeeded; it and `error_rate` are null while there was no attempt.
    """

    id: str
    recommended: int
    estimated_usd: float
    attempts: int
    error_rate: float | None
    live_ms: float | None


class ProviderFigures(BaseModel):
    """A provider that was asked in the window: how often, and how often that failed."""

    name: str
    attempts: int
    failures: int


class Baseline(BaseModel):
    """What the window's recommendations would have cost had this model done all of them."""

    id: str
    usd: float


class CatalogueFigures(BaseModel):
    """The catalogue in force; it has no age while it is the bundled one."""

    version: int
    age_s: float | None
    total_models: int
    active_models: int
    origin: str
    refused: str | None
    quarantined: list[QuarantinedAnswer]


class SourceFigures(BaseModel):
    """A source of the catalogue and how it fares."""

    name: str
    state: Health
    records: int
    last_success: float | None
    failing_since: float | None
    error: str | None


class ProcessFigures(BaseModel):
    """A process and what it uses. Memory in bytes; `cpu` is a share of one processor; null where it is not known."""

    name: str
    at: float
    started_at: float
    cpu: float
    memory: int | None
    memory_limit: int | None
    threads: int | None
    open_files: int | None
    connections: int | None


class RecentDecision(BaseModel):
    """A decision in one line. There is no prompt in it."""

    decision_id: str
    at: float
    category: str
    difficulty: Difficulty
    confidence: float
    model: str
    estimated_cost_usd: float
    cached: bool


class DashboardData(BaseModel):
    """Everything that the page shows, over the last `window_s` seconds."""

    now: float
    window: Window
    window_s: int
    step_s: int
    version: str
    status: State
    since: float | None
    components: list[ComponentAnswer]
    functions: list[FunctionFigures]
    series: list[Point]
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    categories: list[Share]
    difficulties: list[Share]
    methods: list[Share]
    models: list[ModelFigures]
    providers: list[ProviderFigures]
    errors: list[Share]
    degraded: list[Share]
    cache_hit_rate: float | None
    estimated_usd: float
    spent_usd: float
    baselines: list[Baseline]
    usual_baseline: str | None
    catalogue: CatalogueFigures | None
    sources: list[SourceFigures]
    processes: list[ProcessFigures]
    decisions: list[RecentDecision]
