"""The dashboard function: the health of the whole, as JSON and as a page."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from llm_router import __version__
from llm_router.composition.services import services
from llm_router.counters import ESTIMATED, SPENT, Counter, Sums, amount
from llm_router.errors import CatalogueUnavailable, FieldProblem, InvalidRequest, NotFound, StoreUnavailable
from llm_router.figures import HOUR, MINUTE, PerBucket, of_clients, sums
from llm_router.health import Component, State, overall
from llm_router.latencies import latency_histogram, quantiles
from llm_router.processes import running
from llm_router.savings import strongest
from llm_router.schemas import board
from llm_router.schemas.dashboard import (
    Baseline,
    CatalogueFigures,
    ComponentAnswer,
    DashboardData,
    ProcessFigures,
    RecentDecision,
    SourceFigures,
    WholeHealth,
    Window,
)
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.status import quarantined_answers
from llm_router.web import openapi
from llm_router.web.access import Function
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.snapshot import prepared

WINDOWS = {
    Window.HOUR: (3600, MINUTE, 60),
    Window.DAY: (86_400, HOUR, 3600),
    Window.WEEK: (7 * 86_400, HOUR, 3600),
}
"""How long each window is, the buckets it is made of, and how long they are, in seconds."""

RECENT = 15
HERE = Path(__file__).parent
ASSETS = {
    "page.css": "text/css",
    "theme.js": "text/javascript",
    "page.js": "text/javascript",
    "elements.js": "text/javascript",
    "charts.js": "text/javascript",
    "overview.js": "text/javascript",
    "system.js": "text/javascript",
    "decisions.js": "text/javascript",
    "playground.js": "text/javascript",
    "snippets.js": "text/javascript",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

service = services()
points = PerBucket(board.point)
door = Door(Function.DASHBOARD, service.gatekeeper, service.observer)


@door.get("/dashboard/data", answer=DashboardData, summary="Everything that the page shows")
async def data(call: Call) -> DashboardData:
    """Of `?window=hour`, `day` or `week`; what the store cannot tell is left out rather than failing the page."""
    window = _window(call.query.get("window", Window.HOUR))
    seconds, period, step = WINDOWS[window]
    try:
        buckets = service.figures().last(seconds, period)
    except StoreUnavailable:
        buckets = []
    counted = sums(buckets)
    components = service.overview().components()
    state = overall(components)
    p50, p95, p99 = quantiles(latency_histogram(of_clients(counted)), board.P50_P95_P99)
    catalogue, baselines, usual = _catalogue(counted)
    return DashboardData(
        now=service.clock.now(),
        window=window,
        window_s=seconds,
        step_s=step,
        version=__version__,
        status=state,
        since=_since(components, state),
        components=[ComponentAnswer.of(component) for component in components],
        functions=[board.function_figures(counted, name) for name in Function],
        series=points.of(buckets),
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
        catalogue=catalogue,
        sources=_sources(),
        processes=_processes(),
        decisions=_recent(),
    )


def _window(asked: str) -> Window:
    try:
        return Window(asked)
    except ValueError:
        problem = FieldProblem("window", f"must be one of {', '.join(Window)}")
        raise InvalidRequest("The window is not one that is kept.", (problem,)) from None


def _since(components: list[Component], state: State) -> float | None:
    """Since when the whole is as it is: when well, since the last part became so; else since the first ceased to be."""
    known = [component.since for component in components if component.since and component.state is state]
    return (max if state is State.UP else min)(known, default=None)


def _catalogue(counted: Sums) -> tuple[CatalogueFigures | None, list[Baseline], str | None]:
    """The catalogue in force, what its models would have cost, and the one that a reader compares with at first."""
    try:
        catalogue = service.reader().in_force().catalogue
    except CatalogueUnavailable:
        return None, [], None
    current = service.overview().current()
    try:
        last = service.ingesting.refresher().last_run()
    except StoreUnavailable:
        last = None
    figures = CatalogueFigures(
        version=catalogue.version,
        age_s=service.clock.now() - current.created_at if current else None,
        total_models=len(catalogue),
        active_models=len(catalogue.active()),
        origin=current.origin if current else "bundled",
        refused=last.refused if last else None,
        quarantined=quarantined_answers(last.quarantined if last else ()),
    )
    baselines = board.baselines(counted, catalogue)
    usual = strongest(catalogue.models[each.id] for each in baselines)
    return figures, baselines, usual.id if usual else None


def _sources() -> list[SourceFigures]:
    try:
        return board.source_figures(service.ingesting.refresher().states())
    except StoreUnavailable:
        return []


def _processes() -> list[ProcessFigures]:
    try:
        return board.process_figures(running(service.records()))
    except StoreUnavailable:
        return []


def _recent() -> list[RecentDecision]:
    try:
        return [board.recent_decision(answer) for answer in service.decisions().latest(RECENT)]
    except StoreUnavailable:
        return []


@door.get("/health", answer=WholeHealth, summary="Health of the whole")
async def health_of_all(_call: Call) -> Response:
    """200 while requests can be answered, 503 when a part that they need is down. The parts are asked once a second."""
    components = service.overview().components()
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
    return Response(
        (HERE / name).read_bytes(),
        media_type=f"{ASSETS[name]}; charset=utf-8",
        headers={"cache-control": "public, max-age=60"},
    )


prepared(before=lambda: service.reader().in_force(), after=service.restored, at_once=service.settings.provisioned)
handler = lambda_handler(door.app)
