"""How what the dashboard tells becomes `GET /dashboard/data`."""

from __future__ import annotations

from llm_router import __version__
from llm_router.counters import ESTIMATED, SPENT, Counter, Sums, amount
from llm_router.dashboard import InUse, Seen
from llm_router.figures import of_clients, sums
from llm_router.function_names import Function
from llm_router.latencies import p50_p95_p99
from llm_router.savings import strongest
from llm_router.schemas import board
from llm_router.schemas.dashboard import Baseline, CatalogueFigures, ComponentAnswer, DashboardData
from llm_router.schemas.status import still_quarantined


def dashboard_answer(seen: Seen) -> DashboardData:
    """The answer."""
    counted = sums(seen.buckets)
    p50, p95, p99 = p50_p95_p99(of_clients(counted))
    baselines, usual = _baselines(seen.in_use, counted)
    return DashboardData(
        now=seen.now,
        window=seen.window,
        window_s=seen.window.seconds,
        step_s=seen.window.step_s,
        version=__version__,
        status=seen.state,
        since=seen.since,
        components=[ComponentAnswer.of(component) for component in seen.components],
        functions=[board.function_figures(counted, name) for name in Function],
        series=[board.point(bucket) for bucket in seen.buckets],
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        categories=board.shares(counted, Counter.CATEGORY),
        difficulties=board.shares(counted, Counter.DIFFICULTY),
        methods=board.shares(counted, Counter.METHOD),
        models=board.model_figures(counted),
        providers=board.provider_figures(counted),
        errors=board.shares(counted, Counter.ERROR),
        degraded=board.shares(counted, Counter.DEGRADED),
        cache_hit_rate=board.hit_rate(counted),
        estimated_usd=amount(counted, Counter.USD, ESTIMATED),
        spent_usd=amount(counted, Counter.USD, SPENT),
        baselines=baselines,
        usual_baseline=usual,
        catalogue=None if seen.in_use is None else _catalogue(seen.in_use, seen.now),
        sources=board.source_figures(seen.sources),
        processes=board.process_figures(seen.processes),
        decisions=[board.recent_decision(answer) for answer in seen.decisions],
    )


def _catalogue(found: InUse, now: float) -> CatalogueFigures:
    catalogue, current, last = found.catalogue, found.current, found.last_run
    return CatalogueFigures(
        version=catalogue.version,
        age_s=now - current.created_at if current else None,
        total_models=len(catalogue),
        active_models=len(catalogue.active()),
        origin=current.origin if current else "bundled",
        refused=last.refused if last else None,
        quarantined=still_quarantined(last, catalogue),
    )


def _baselines(found: InUse | None, counted: Sums) -> tuple[list[Baseline], str | None]:
    """What each model would have cost, and the one that a reader compares with at first."""
    if found is None:
        return [], None
    baselines = board.baselines(counted, found.catalogue)
    usual = strongest(found.catalogue.models[each.id] for each in baselines)
    return baselines, usual.id if usual else None
