"""The dashboard function: the health of the whole, as JSON and as a page."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from llm_router import __version__
from llm_router.bootstrap import services
from llm_router.errors import NotFound, StoreUnavailable
from llm_router.figures import Bucket, latency_histogram, quantiles, total
from llm_router.health import State, overall
from llm_router.overview import Overview
from llm_router.schemas.dashboard import (
    CatalogueFigures,
    ComponentAnswer,
    DashboardData,
    FunctionFigures,
    Point,
    RecentDecision,
    Share,
    SourceFigures,
    WholeHealth,
)
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.route import RouteAnswer
from llm_router.web import openapi
from llm_router.web.access import Function
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.snapshot import on_snapshot

WINDOW_S = 3600
RECENT = 20
HERE = Path(__file__).parent
ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

service = services()
door = Door(Function.DASHBOARD, service.gatekeeper, service.observer)


def _overview() -> Overview:
    return Overview(service.catalogue_store(), service.records(), service.reader(), service.clock)


@door.get("/dashboard/data", answer=DashboardData, summary="Everything that the page shows")
async def data(_call: Call) -> DashboardData:
    """The last hour; what the store cannot tell is left out rather than failing the page."""
    overview = _overview()
    components = overview.components()
    try:
        buckets = service.figures().last(WINDOW_S)
        decisions = _recent()
    except StoreUnavailable:
        buckets, decisions = [], []
    cache = total(buckets, "cache")
    asked = sum(cache.values())
    return DashboardData(
        now=service.clock.now(),
        window_s=WINDOW_S,
        version=__version__,
        status=overall(components),
        components=[ComponentAnswer.of(component) for component in components],
        functions=[_function(buckets, name) for name in Function],
        series=[_point(bucket) for bucket in buckets],
        categories=_shares(buckets, "category"),
        difficulties=_shares(buckets, "difficulty"),
        methods=_shares(buckets, "method"),
        models=_shares(buckets, "model"),
        errors=_shares(buckets, "error"),
        cache_hit_rate=cache.get("hit", 0.0) / asked if asked else None,
        estimated_usd=total(buckets, "usd").get("estimated", 0.0),
        catalogue=_catalogue(overview),
        sources=_sources(),
        decisions=decisions,
    )


def _function(buckets: list[Bucket], name: Function) -> FunctionFigures:
    p50, p95, p99 = quantiles(latency_histogram(buckets, name), (0.5, 0.95, 0.99))
    return FunctionFigures(
        function=name,
        requests=int(total(buckets, "requests").get(name, 0)),
        refused=int(total(buckets, "refused").get(name, 0)),
        errors=int(total(buckets, "errors").get(name, 0)),
        cold_starts=int(total(buckets, "cold").get(name, 0)),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
    )


def _point(bucket: Bucket) -> Point:
    p50, p95 = quantiles(latency_histogram([bucket]), (0.5, 0.95))
    return Point(
        at=bucket.start,
        requests=int(sum(total([bucket], "requests").values())),
        errors=int(sum(total([bucket], "errors").values())),
        p50_ms=p50,
        p95_ms=p95,
    )


def _shares(buckets: list[Bucket], name: str) -> list[Share]:
    counted = total(buckets, name)
    return [Share(name=key, count=int(counted[key])) for key in sorted(counted, key=lambda key: (-counted[key], key))]


def _catalogue(overview: Overview) -> CatalogueFigures | None:
    catalogue = service.reader().in_force().catalogue
    current = overview.current()
    return CatalogueFigures(
        version=catalogue.version,
        age_s=service.clock.now() - current.created_at if current else None,
        total_models=len(catalogue),
        active_models=len(catalogue.active()),
        origin=current.origin if current else "bundled",
    )


def _sources() -> list[SourceFigures]:
    try:
        states = service.refresher().states()
    except StoreUnavailable:
        return []
    return [SourceFigures(name=state.name, state=state.health, error=state.error) for state in states]


def _recent() -> list[RecentDecision]:
    kept = (RouteAnswer.model_validate_json(answer) for answer in service.decisions().latest(RECENT))
    return [
        RecentDecision(
            decision_id=decision.decision_id,
            at=decision.at,
            category=decision.classification.category,
            difficulty=decision.classification.difficulty,
            confidence=decision.classification.confidence,
            model=decision.recommended_model.id,
            estimated_cost_usd=decision.ranking[0].estimated_cost_usd,
            cached=decision.cached,
        )
        for decision in kept
    ]


@door.get("/health", answer=WholeHealth, summary="Health of the whole")
async def health_of_all(_call: Call) -> Response:
    """200 while requests can be answered, 503 when a part that they need is down."""
    components = _overview().components()
    state = overall(components)
    answer = WholeHealth(
        status=state, version=__version__, components=[ComponentAnswer.of(component) for component in components]
    )
    return Response(
        answer.model_dump_json(), status_code=503 if state is State.DOWN else 200, media_type="application/json"
    )


@door.get("/openapi.json", answer=None, summary="The API's own description")
async def description(_call: Call) -> Response:
    """OpenAPI 3.1, of all functions."""
    return Response(openapi.FILE.read_bytes(), media_type="application/json")


@door.get("/dashboard/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """It runs."""
    return HealthAnswer.of("dashboard", [])


async def page(_call: Call) -> Response:
    """The page itself; it holds no data."""
    return Response(
        (HERE / "page.html").read_bytes(),
        media_type="text/html; charset=utf-8",
        headers={"content-security-policy": POLICY, "x-frame-options": "DENY"},
    )


door.get("/", answer=None, summary="The page")(page)
door.get("/dashboard", answer=None, summary="The page")(page)


@door.get("/dashboard/assets/{name}", answer=None, summary="The page's script and style")
async def asset(call: Call) -> Response:
    """One of a closed list of files."""
    name = call.path_params["name"]
    if name not in ASSETS:
        raise NotFound("There is no such asset.")
    return Response((HERE / name).read_bytes(), media_type=f"{ASSETS[name]}; charset=utf-8")


on_snapshot(before=lambda: service.reader().in_force(), after=service.restored)
handler = lambda_handler(door.app)
