"""How counted figures become the parts of `GET /dashboard/data`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.source_state import SourceState
from llm_router.counters import ESTIMATED, HIT, SPENT, Counter, Sums, amount, total
from llm_router.figures import Bucket
from llm_router.function_names import Function
from llm_router.latencies import p50_p95_p99
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

SHOWN_MODELS = 100
MOST_BASELINES = 400


def function_figures(counted: Sums, name: Function) -> FunctionFigures:
    """One function's figures."""
    p50, p95, p99 = p50_p95_p99(counted, name)
    return FunctionFigures(
        function=name,
        requests=int(amount(counted, Counter.REQUESTS, name)),
        refused=int(amount(counted, Counter.REFUSED, name)),
        errors=int(amount(counted, Counter.ERRORS, name)),
        cold_starts=int(amount(counted, Counter.COLD, name)),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
    )


def point(bucket: Bucket) -> Point:
    """One bucket as a point of the charts."""
    counted = bucket.of_clients
    p50, p95, p99 = bucket.p50_p95_p99
    return Point(
        at=bucket.start,
        requests=int(total(counted, Counter.REQUESTS)),
        refused=int(total(counted, Counter.REFUSED)),
        errors=int(total(counted, Counter.ERRORS)),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        estimated_usd=amount(counted, Counter.USD, ESTIMATED),
        spent_usd=amount(counted, Counter.USD, SPENT),
    )


def shares(counted: Sums, counter: Counter) -> list[Share]:
    """The names under a counter, the most frequent first."""
    found = counted.get(counter, {})
    return [Share(name=name, count=int(found[name])) for name in sorted(found, key=lambda name: (-found[name], name))]


def hit_rate(counted: Sums) -> float | None:
    """The share of classifications that came from the cache; None when there was none."""
    asked = total(counted, Counter.CACHE)
    return amount(counted, Counter.CACHE, HIT) / asked if asked else None


def model_figures(counted: Sums) -> list[ModelFigures]:
    """The models that were recommended or asked, the most recommended first; those that failed are not left out."""
    chosen, asked = counted.get(Counter.RECOMMENDED, {}), counted.get(Counter.ATTEMPTS, {})
    names = sorted({*chosen, *asked}, key=lambda name: (-chosen.get(name, 0), -asked.get(name, 0), name))
    failed = counted.get(Counter.FAILURES, {})
    shown = frozenset(sorted(names, key=lambda name: -failed.get(name, 0))[:SHOWN_MODELS])
    return [_model(counted, name) for name in names if name in shown]


def _model(counted: Sums, name: str) -> ModelFigures:
    attempts = amount(counted, Counter.ATTEMPTS, name)
    failures = amount(counted, Counter.FAILURES, name)
    answered = attempts - failures
    return ModelFigures(
        id=name,
        recommended=int(amount(counted, Counter.RECOMMENDED, name)),
        estimated_usd=amount(counted, Counter.RECOMMENDED_USD, name),
        attempts=int(attempts),
        error_rate=failures / attempts if attempts else None,
        live_ms=amount(counted, Counter.ATTEMPT_MS, name) / answered if answered > 0 else None,
    )


def provider_figures(counted: Sums) -> list[ProviderFigures]:
    """The providers that were asked, by name."""
    return [
        ProviderFigures(
            name=name, attempts=int(attempts), failures=int(amount(counted, Counter.PROVIDER_FAILURES, name))
        )
        for name, attempts in sorted(counted.get(Counter.PROVIDER, {}).items())
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
