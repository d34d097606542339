"""`GET /dashboard/data` and `GET /health`: everything that the page shows."""

from __future__ import annotations

from pydantic import BaseModel

from llm_router.catalogue.source_state import Health
from llm_router.health import Component, State


class ComponentAnswer(BaseModel):
    """One part of the service: how it is, since when (ISO time), and what to do about it."""

    name: str
    state: State
    since: float | None
    detail: str
    advice: str

    @classmethod
    def of(cls, component: Component) -> ComponentAnswer:
        """The component as JSON shows it."""
        return cls(
            name=component.name,
            state=component.state,
            since=component.since,
            detail=component.detail,
            advice=component.advice,
        )


class WholeHealth(BaseModel):
    """Health of the whole."""

    status: State
    version: str
    components: list[ComponentAnswer]


class FunctionFigures(BaseModel):
    """What one function did in the window; latencies in milliseconds, null when it did nothing."""

    function: str
    requests: int
    refused: int
    errors: int
    cold_starts: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class Point(BaseModel):
    """One bucket of time; `at` is its start in epoch seconds."""

    at: int
    requests: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None


class Share(BaseModel):
    """A name and how often it occurred."""

    name: str
    count: int


class CatalogueFigures(BaseModel):
    """The catalogue in force; it has no age while it is the bundled one."""

    version: int
    age_s: float | None
    total_models: int
    active_models: int
    origin: str


class SourceFigures(BaseModel):
    """A source of the catalogue and how it fares."""

    name: str
    state: Health
    error: str | None


class RecentDecision(BaseModel):
    """A decision in one line. There is no prompt in it."""

    decision_id: str
    at: float
    category: str
    difficulty: str
    confidence: float
    model: str
    estimated_cost_usd: float
    cached: bool


class DashboardData(BaseModel):
    """Everything that the page shows, over the last `window_s` seconds."""

    now: float
    window_s: int
    version: str
    status: State
    components: list[ComponentAnswer]
    functions: list[FunctionFigures]
    series: list[Point]
    categories: list[Share]
    difficulties: list[Share]
    methods: list[Share]
    models: list[Share]
    errors: list[Share]
    cache_hit_rate: float | None
    estimated_usd: float
    catalogue: CatalogueFigures | None
    sources: list[SourceFigures]
    decisions: list[RecentDecision]
