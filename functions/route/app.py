"""The route function: the model that will do a prompt well for the least money, and why."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import Response

from llm_router.bootstrap import services
from llm_router.errors import CatalogueUnavailable, NotFound, StoreUnavailable
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.metrics import ModelMetrics, ModelsMetrics, model_metrics
from llm_router.schemas.route import RouteAnswer, RouteRequest, route_answer
from llm_router.web.access import Function
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.snapshot import on_snapshot

service = services()
door = Door(Function.ROUTE, service.gatekeeper, service.observer)


class Alive(BaseModel):
    """The function runs."""

    ok: bool = True


@door.get("/healthz", answer=Alive, summary="Is it alive")
async def healthz(_call: Call) -> Alive:
    """Asks nothing of anybody."""
    return Alive()


@door.post("/route", body=RouteRequest, answer=RouteAnswer, summary="Recommend a model for a prompt")
async def route(call: Call, body: RouteRequest) -> RouteAnswer:
    """Classify, rank, explain, and keep the decision without the prompt."""
    decision = service.recommender().recommend(body.ask())
    answer = route_answer(decision)
    _keep(decision.id, answer, decision.at + service.settings.decision_ttl)
    note, found, first = call.note, decision.classified, decision.ranking.candidates[0]
    note.category, note.difficulty = found.classification.category, found.classification.difficulty
    note.method, note.cached, note.degraded = found.classification.method, found.cached, decision.degraded
    note.model, note.decision_id, note.estimated_usd = first.model.id, decision.id, first.standing.usd
    return answer


def _keep(decision_id: str, answer: RouteAnswer, until: float) -> None:
    """A decision that cannot be kept is still a good decision: the caller gets it, and a later look finds nothing."""
    try:
        service.decisions().keep(decision_id, answer.model_dump_json(), expires_at=until)
    except StoreUnavailable as failure:
        service.observer().warn(f"A decision was not kept: {failure.message}")


@door.get("/decisions/{decision_id}", answer=RouteAnswer, summary="A past decision with its explanation")
async def decision(call: Call) -> Response:
    """As it was answered; gone after its time."""
    kept = service.decisions().find(call.path_params["decision_id"])
    if kept is None:
        raise NotFound("There is no such decision; decisions are kept for a limited time.")
    return Response(kept, media_type="application/json")


@door.get("/metrics/models", answer=ModelsMetrics, summary="Every model with its live and catalogue metrics")
async def metrics_of_models(_call: Call) -> ModelsMetrics:
    """In the catalogue's order."""
    found = service.reader().in_force()
    chosen = service.figures().chosen()
    return ModelsMetrics(
        models=[model_metrics(entry, chosen.get(entry.id, 0)) for entry in found.catalogue],
        catalogue_version=found.catalogue.version,
    )


@door.get("/metrics/{model_id}", answer=ModelMetrics, summary="One model's live and catalogue metrics")
async def metrics_of_model(call: Call) -> ModelMetrics:
    """By id, or by the provider's own name for it where only one model has it."""
    entry = service.reader().in_force().catalogue.find(call.path_params["model_id"])
    if entry is None:
        raise NotFound("There is no such model; see /models.")
    return model_metrics(entry, service.figures().chosen().get(entry.id, 0))


@door.get("/route/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """Degraded when it answers without its model or with an older catalogue."""
    troubles = [] if service.model().info().available else ["ml_model"]
    try:
        troubles += ["catalogue"] if service.reader().in_force().degraded else []
    except CatalogueUnavailable:
        troubles.append("catalogue")
    return HealthAnswer.of("route", troubles)


def warm() -> None:
    """Build what the first request would otherwise wait for."""
    service.recommender()
    service.reader().in_force()


on_snapshot(before=warm, after=service.restored)
handler = lambda_handler(door.app)
