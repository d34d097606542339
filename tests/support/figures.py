"""What `GET /dashboard/data` tells, for tests of those who show it."""

from __future__ import annotations

from llm_router.schemas.dashboard import DashboardData

NOW = 1_800_000_000.0


def dashboard_data(**facts: object) -> DashboardData:
    """A service that is up and idle, but for these facts."""
    none: tuple[str, ...] = ("components", "functions", "series", "categories", "difficulties", "methods", "models")
    none += ("providers", "errors", "degraded", "baselines", "sources", "processes", "decisions")
    unknown = ("since", "p50_ms", "p95_ms", "p99_ms", "cache_hit_rate", "usual_baseline", "catalogue")
    given = {
        "now": NOW,
        "window": "hour",
        "window_s": 3600,
        "step_s": 60,
        "version": "1",
        "status": "up",
        "estimated_usd": 0.0,
        "spent_usd": 0.0,
    }
    return DashboardData.model_validate({name: [] for name in none} | dict.fromkeys(unknown) | given | facts)


def decision_line(number: int, at: float = NOW) -> dict[str, object]:
    """One of the recent decisions; its id is as long as they are."""
    return {
        "decision_id": f"{number:032x}",
        "at": at,
        "category": "creative_writing",
        "difficulty": "medium",
        "confidence": 0.9,
        "model": "deepinfra/mistral-small-3.2-24b-instruct-2506",
        "estimated_cost_usd": 0.000123,
        "cached": False,
    }
