"""The dashboard function: the health of the whole, as JSON and as a page."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from llm_router.composition.services import services
from llm_router.dashboard import Window, window_named
from llm_router.errors import NotFound
from llm_router.function_names import Function
from llm_router.health import State
from llm_router.schemas.dashboard import DashboardData, WholeHealth
from llm_router.schemas.dashboard_answer import dashboard_answer
from llm_router.schemas.health import HealthAnswer
from llm_router.web import openapi
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.snapstart import prepared

HERE = Path(__file__).parent
ASSETS = {
    "page.css": "text/css",
    "theme.js": "text/javascript",
    "page.js": "text/javascript",
    "elements.js": "text/javascript",
    "service.js": "text/javascript",
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
door = Door(Function.DASHBOARD, service.gatekeeper, service.observer)


@door.get("/dashboard/data", answer=DashboardData, summary="Everything that the page shows")
async def data(call: Call) -> DashboardData:
    """Of `?window=hour`, `day` or `week`; what the store cannot tell is left out rather than failing the page."""
    window = window_named(call.query.get("window", Window.HOUR))
    return dashboard_answer(service.dashboard().seen(window))


@door.get("/health", answer=WholeHealth, summary="Health of the whole")
async def health_of_all(_call: Call) -> Response:
    """200 while requests can be answered, 503 when a part that they need is down. The parts are asked once a second."""
    answer = WholeHealth.of(service.overview().components())
    status_code = 503 if answer.status is State.DOWN else 200
    return Response(answer.model_dump_json(), status_code=status_code, media_type="application/json")


@door.get("/openapi.json", answer=None, summary="The API's own description")
async def description(_call: Call) -> Response:
    """OpenAPI 3.1, of all functions."""
    return Response(openapi.FILE.read_bytes(), media_type="application/json")


@door.get("/dashboard/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """It runs."""
    return HealthAnswer.of(Function.DASHBOARD, [])


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


def warm() -> None:
    """Have the catalogue at hand, and note how it and the store are from now on."""
    service.reader().in_force()
    service.overview().note()


prepared(before=warm, after=service.restored, at_once=service.settings.provisioned)
handler = lambda_handler(door.app)
