"""How counted figures become the parts of `GET /dashboard/data`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.source_state import SourceState
from llm_router.figures import Bucket, Sums, latency_histogram, quantiles
from llm_router.processes import Process
from llm_router.savings import cost_at, traffic
from llm_router.schemas.dashboard import (
    Baseline,
    FunctionFigures,
    ModelFigures,
    Point,
    ProcessFigures,
    ProviderFigures,
    RecentDecision,
    Share,
    SourceFigures,
)
from llm_router.web.access import Function

SHOWN_MODELS = 100
MOST_BASELINES = 400
BY_FUNCTION = frozenset({"requests", "refused", "errors", "latency"})
P50_P95_P99 = (0.5, 0.95, 0.99)


def of_clients(counted: Sums) -> Sums:
    """Without the dashboard's own requests: a page that watches is no traffic."""
    own = f"{Function.DASHBOARD}|"
    kept = {
        prefix: {name: amount for name, amount in counted[prefix].items() if not f"{name}|".startswith(own)}
        for prefix in BY_FUNCTION & counted.keys()
    }
    return {**counted, **kept}


def function_figures(counted: Sums, name: str) -> FunctionFigures:
    """One function's figures."""
    p50, p95, p99 = quantiles(latency_histogram(counted, name), P50_P95_P99)
    return FunctionFigures(
        function=name,
        requests=int(counted.get("requests", {}).get(name, 0)),
        refused=int(counted.get("refused", {}).get(name, 0)),
        errors=int(counted.get("errors", {}).get(name, 0)),
        cold_starts=int(counted.get("cold", {}).get(name, 0)),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
    )


def point(bucket: Bucket) -> Point:
    """One bucket as a point of the charts."""
    counted = of_clients(bucket.counted)
    p50, p95, p99 = quantiles(latency_histogram(counted), P50_P95_P99)
    return Point(
        at=bucket.start,
        requests=int(sum(counted.get("requests", {}).values())),
        refused=int(sum(counted.get("refused", {}).values())),
        errors=int(sum(counted.get("errors", {}).values())),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        estimated_usd=counted.get("usd", {}).get("estimated", 0.0),
        spent_usd=counted.get("usd", {}).get("spent", 0.0),
    )


class Points:
    """Makes points and keeps them for as long as their buckets are the same: those that are over never change."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Bucket, Point]] = {}

    def of(self, buckets: Iterable[Bucket]) -> list[Point]:
        """One point a bucket."""
        made = {bucket.start: self._one(bucket) for bucket in buckets}
        self._made = made
        return [found for _, found in made.values()]

    def _one(self, bucket: Bucket) -> tuple[Bucket, Point]:
        held = self._made.get(bucket.start)
        return held if held is not None and held[0] is bucket else (bucket, point(bucket))


def shares(counted: Sums, prefix: str) -> list[Share]:
    """The names under a prefix, the most frequent first."""
    found = counted.get(prefix, {})
    return [Share(name=name, count=int(found[name])) for name in sorted(found, key=lambda name: (-found[name], name))]


def hit_rate(counted: Sums) -> float | None:
    """The share of classifications that came from the cache; None when there was none."""
    asked = sum(counted.get("cache", {}).values())
    return counted["cache"].get("hit", 0.0) / asked if asked else None


def model_figures(counted: Sums) -> list[ModelFigures]:
    """The models that were recommended or asked, the most recommended first."""
    chosen, asked = counted.get("model", {}), counted.get("attempts", {})
    names = sorted({*chosen, *asked}, key=lambda name: (-chosen.get(name, 0), -asked.get(name, 0), name))
    return [_model(counted, name) for name in names[:SHOWN_MODELS]]


def _model(counted: Sums, name: str) -> ModelFigures:
    attempts = counted.get("attempts", {}).get(name, 0.0)
    failures = counted.get("failures", {}).get(name, 0.0)
    answered = attempts - failures
    return ModelFigures(
        id=name,
        recommended=int(counted.get("model", {}).get(name, 0)),
        estimated_usd=counted.get("model_usd", {}).get(name, 0.0),
        attempts=int(attempts),
        error_rate=failures / attempts if attempts else None,
        live_ms=counted.get("attempt_ms", {}).get(name, 0.0) / answered if answered > 0 else None,
    )


def provider_figures(counted: Sums) -> list[ProviderFigures]:
    """The providers that were asked, by name."""
    failed = counted.get("provider_failures", {})
    return [
        ProviderFigures(name=name, attempts=int(attempts), failures=int(failed.get(name, 0)))
        for name, attempts in sorted(counted.get("provider", {}).items())
    ]


def baselines(counted: Sums, catalogue: Catalogue) -> list[Baseline]:
    """What each active model with a known price would have cost, by id."""
    seen = traffic(counted)
    priced = ((model.id, cost_at(model, seen)) for model in catalogue.active())
    found = [Baseline(id=name, usd=usd) for name, usd in priced if usd is not None]
    return sorted(found, key=lambda each: each.id)[:MOST_BASELINES]


def source_figures(states: Iterable[SourceState]) -> list[SourceFigures]:
    """The sources of the catalogue."""
    return [
        SourceFigures(
            name=state.name,
            state=state.health,
            records=state.records,
            last_success=state.last_success,
            failing_since=state.failing_since,
            error=state.error,
        )
        for state in states
    ]


def process_figures(processes: Sequence[Process]) -> list[ProcessFigures]:
    """The processes that told of themselves of late."""
    return [
        ProcessFigures(
            name=each.name,
            at=each.at,
            started_at=each.started_at,
            cpu=each.cpu,
            memory=each.usage.memory,
            memory_limit=each.usage.memory_limit,
            threads=each.usage.threads,
            open_files=each.usage.open_files,
            connections=each.usage.connections,
        )
        for each in processes
    ]


def recent_decision(answer: bytes) -> RecentDecision:
    """A kept answer in one line. Only what the line shows is checked: an answer may be long, or its model pinned."""
    kept = json.loads(answer)
    classification = kept["classification"]
    return RecentDecision(
        decision_id=kept["decision_id"],
        at=kept["at"],
        category=classification["category"],
        difficulty=classification["difficulty"],
        confidence=classification["confidence"],
        model=kept["recommended_model"]["id"],
        estimated_cost_usd=kept["ranking"][0]["estimated_cost_usd"] if kept["ranking"] else 0.0,
        cached=kept["cached"],
    )
