"""The route function: the model that will do a prompt well for the least money, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from llm_router.activity import note_decision
from llm_router.composition.services import services
from llm_router.function_names import Function
from llm_router.health import catalogue_is_well
from llm_router.lazy import Lazy
from llm_router.schemas.feedback import FeedbackAnswer, FeedbackRequest, feedback_answer
from llm_router.schemas.health import Alive, HealthAnswer
from llm_router.schemas.route import RouteAnswer, RouteRequest, route_answer
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.snapstart import prepared

if TYPE_CHECKING:
    from llm_router.endpoints.generation import GenerationRoutes

service = services()
door = Door(Function.ROUTE, service.gatekeeper, service.observer, service.aside)


@door.get("/healthz", answer=Alive, summary="Is it alive")
async def healthz(_call: Call) -> Alive:
    """Asks nothing of anybody."""
    return Alive()


@door.post("/route", body=RouteRequest, answer=RouteAnswer, summary="Recommend a model, or have it answer as well")
async def route(call: Call, body: RouteRequest) -> Response:
    """Classify, rank, explain, and keep the decision without the prompt; with mode `generate` also ask the model."""
    said, tenant = body.conversation(), call.caller.tenant
    call.note.prompt_hash = service.prompt_hash(said.request)
    if body.mode == "generate":
        return await generation().route(call, body, said)
    key = service.generating.key_gate().key_of(call.caller, spends=False)
    decision = service.recommender().recommend(body.ask(said, tenant), key)
    note_decision(call.note, decision)
    answer = route_answer(decision).model_dump_json()
    service.generating.keeper().keep(decision, tenant, answer)
    return Response(answer, media_type="application/json")


@door.get("/decisions/{decision_id}", answer=RouteAnswer, summary="A past decision with its explanation")
async def decision(call: Call) -> Response:
    """As it was answered, but for what a model wrote, to whom it was answered; gone after its time."""
    kept = service.learning.decisions().find(call.path_params["decision_id"], call.caller.sees)
    return Response(kept, media_type="application/json")


@door.post("/feedback", body=FeedbackRequest, answer=FeedbackAnswer, summary="How an answer turned out")
async def feedback(call: Call, body: FeedbackRequest) -> FeedbackAnswer:
    """Counts once per decision, and little for one caller alone; the decision's session hears of it too."""
    return feedback_answer(
        body.decision_id, service.learning.judge().judge(body.decision_id, body.judgement, call.caller)
    )


@door.get("/route/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """Degraded when it answers without its model or with an older catalogue."""
    troubles = [] if service.model().about.available else ["ml_model"]
    troubles += [] if catalogue_is_well(service.reader()) else ["catalogue"]
    return HealthAnswer.of(Function.ROUTE, troubles)


def _generation() -> GenerationRoutes:
    from llm_router.endpoints.generation import GenerationRoutes

    return GenerationRoutes(service)


generation = Lazy(_generation)


def _expose_the_rest() -> None:
    from llm_router.endpoints.metrics import MetricsRoutes

    generation().expose(door)
    MetricsRoutes(service).expose(door)


def _expose_responses() -> None:
    from llm_router.endpoints.responses import ResponsesRoute

    ResponsesRoute(generation()).expose(door)


def _expose_messages() -> None:
    from llm_router.endpoints.messages import MessagesRoutes

    MessagesRoutes(generation()).expose(door)


door.routes.later(_expose_the_rest)
door.routes.later(_expose_responses, "/v1/responses")
door.routes.later(_expose_messages, "/v1/messages", "/v1/messages/count_tokens")


def warm() -> None:
    """Build what the first request would otherwise wait for."""
    door.routes.complete()
    service.classifier()
    service.recommender()
    service.reader().in_force()


prepared(before=warm, after=service.restored, at_once=service.settings.provisioned)
handler = lambda_handler(door.app)
