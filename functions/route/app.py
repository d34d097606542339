"""The route function: the model that will do a prompt well for the least money, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.responses import Response

from llm_router.bootstrap import services
from llm_router.client_keys import ClientKey, new_secret
from llm_router.errors import CatalogueUnavailable, InvalidRequest, NotFound, StoreUnavailable
from llm_router.generation.idempotency import MAX_KEY
from llm_router.generation.similar_answers import Question
from llm_router.processes import running
from llm_router.recommend import Decision
from llm_router.schemas import prometheus
from llm_router.schemas.chat_answer import ChatCompletion, ModelList, model_list
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.feedback import POOR, FeedbackAnswer, FeedbackRequest
from llm_router.schemas.generated import generated_answer
from llm_router.schemas.health import Alive, HealthAnswer
from llm_router.schemas.keys import KeyRemoved, KeyRequest, KeysAnswer, NewKeyAnswer, keys_answer, new_key_answer
from llm_router.schemas.messages import conversation
from llm_router.schemas.metrics import ModelMetrics, ModelsMetrics, model_metrics
from llm_router.schemas.route import RouteAnswer, RouteRequest, route_answer, subject_of
from llm_router.stores import Lazy
from llm_router.web.access import Function
from llm_router.web.completions import Completions, keeping_of, note_completed, note_decision
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.meanwhile import meanwhile
from llm_router.web.snapshot import on_snapshot

NO_DECISION = "There is no such decision; decisions are kept for a limited time."

service = services()
door = Door(Function.ROUTE, service.gatekeeper, service.observer)


@door.get("/healthz", answer=Alive, summary="Is it alive")
async def healthz(_call: Call) -> Alive:
    """Asks nothing of anybody."""
    return Alive()


@door.post("/route", body=RouteRequest, answer=RouteAnswer, summary="Recommend a model, or have it answer as well")
async def route(call: Call, body: RouteRequest) -> Response:
    """Classify, rank, explain, and keep the decision without the prompt; with mode `generate` also ask the model."""
    call.note.prompt_hash = service.prompt_hash(body.conversation().request)
    if body.mode == "generate":
        return await _once(call, lambda: _generated(call, body))
    tenant = call.caller.tenant
    ask = body.ask(tenant)
    if (key := _key(call, spends=False)) is not None:
        ask = replace(ask, barred=key.refused(service.reader().in_force().catalogue))
    decision = service.recommender().recommend(ask)
    note_decision(call.note, decision)
    answer = route_answer(decision).model_dump_json()
    _keep(decision, tenant, None, answer)
    return Response(answer, media_type="application/json")


async def _generated(call: Call, body: RouteRequest) -> Response:
    key, tenant = _key(call), call.caller.tenant
    dispatcher = service.generating.dispatcher()
    request = body.chat(dispatcher.bounded(body.constraints.max_tokens))
    routed = dispatcher.routed(replace(body.ask(tenant), complete=True), request, key)
    decision = routed.decision
    assert decision is not None, "a routed request has a decision"  # noqa: S101
    note_decision(call.note, decision)

    def asked() -> str:
        return body.model_dump_json(exclude={"cache", "session_id"})

    def question() -> Question | None:
        return Question.of(request, body.model_dump_json(exclude={"cache", "session_id", "prompt", "messages"}))

    keeping = keeping_of(call, asked, body.cache, key, None, question)
    work = service.generating.completer().complete(routed, keeping)
    done, told = await meanwhile(work, lambda: route_answer(decision))
    _keep(decision, tenant, done.model.id, told.model_dump_json())
    note_completed(call.note, done)
    answer = generated_answer(told, done)
    return Response(answer.model_dump_json(), media_type="application/json")


async def _once(call: Call, work: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or that of an earlier request with the same idempotency key."""
    name = call.headers.get("idempotency-key", "")
    if not name:
        return await work()
    if len(name) > MAX_KEY:
        raise InvalidRequest(f"An idempotency key has at most {MAX_KEY} characters.")

    made: list[Response] = []

    async def body() -> bytes:
        made.append(await work())
        return bytes(made[0].body)

    answer, _ = await service.generating.once().run(call.caller.tenant, name, call.raw, body)
    again = Response(answer, media_type="application/json", headers={"idempotent-replayed": "true"})
    return made[0] if made else again


def _key(call: Call, *, spends: bool = True) -> ClientKey | None:
    """The caller's key where it is a client's; asked for once a request, which then counts against its limit."""
    return service.generating.admitted(call.caller.key_id, spends=spends) if call.caller.key_id else None


def _keep(decision: Decision, tenant: str, used: str | None, answer: str) -> None:
    """A decision that cannot be kept is still a good decision: the caller gets it, and a later look finds nothing.

    Kept before the answer goes out, since the caller may ask for it at once. `answer` is its JSON.
    """
    try:
        subject, until = subject_of(decision, tenant, used), decision.at + service.settings.decision_ttl
        service.decisions().keep(decision.id, answer, subject, expires_at=until)
    except StoreUnavailable as failure:
        service.observer().warn(f"A decision was not kept: {failure.message}")


def _completions() -> Completions:
    made, settings = service.generating, service.settings
    return Completions(made.dispatcher(), made.completer(), service.clock, _keep, settings.stream_timeout)


completions = Lazy(_completions)


@door.post(
    "/v1/chat/completions", body=ChatCompletionRequest, answer=ChatCompletion, summary="OpenAI's chat completions"
)
async def chat(call: Call, body: ChatCompletionRequest) -> Response:
    """`auto` routes, a model's id pins."""
    call.note.prompt_hash = service.prompt_hash(conversation(body.messages).request)
    if body.stream:
        return await completions().streamed(call, body, completions().route(call, body, _key(call)))
    return await _once(call, lambda: _completed(call, body))


async def _completed(call: Call, body: ChatCompletionRequest) -> Response:
    key = _key(call)
    return await completions().whole(call, body, completions().route(call, body, key), key)


@door.get("/v1/models", answer=ModelList, summary="What can be asked here, in OpenAI's form")
async def models(call: Call) -> ModelList:
    """`auto`, and the models whose provider is configured and that the key allows."""
    as_of = service.reader().in_force().catalogue.as_of
    return model_list(service.generating.dispatcher().routable(_key(call, spends=False)), as_of)


@door.get("/keys", answer=KeysAnswer, summary="Client keys and what they have spent")
async def keys(_call: Call) -> KeysAnswer:
    """Without their secrets."""
    return keys_answer(service.generating.key_book().all(), service.generating.budgets().spends())


@door.post("/keys", body=KeyRequest, answer=NewKeyAnswer, summary="Make a client key")
async def add_key(_call: Call, body: KeyRequest) -> NewKeyAnswer:
    """Its secret is shown this once; only its hash is kept."""
    secret = new_secret()
    return new_key_answer(service.generating.key_book().add(body.draft(service.clock.now()), secret), secret)


@door.delete("/keys/{key_id}", answer=KeyRemoved, summary="Take a client key back")
async def remove_key(call: Call) -> KeyRemoved:
    """Effective at once here, and within seconds everywhere."""
    key_id = call.path_params["key_id"]
    service.generating.key_book().remove(key_id)
    service.generating.key_ring().forget(key_id)
    return KeyRemoved(id=key_id)


@door.get("/decisions/{decision_id}", answer=RouteAnswer, summary="A past decision with its explanation")
async def decision(call: Call) -> Response:
    """As it was answered, to whom it was answered; gone after its time."""
    kept = service.decisions().find(call.path_params["decision_id"], call.caller.sees)
    if kept is None:
        raise NotFound(NO_DECISION)
    return Response(kept, media_type="application/json")


@door.post("/feedback", body=FeedbackRequest, answer=FeedbackAnswer, summary="How an answer turned out")
async def feedback(call: Call, body: FeedbackRequest) -> FeedbackAnswer:
    """Counts once per decision, and little for one caller alone; a failure also counts in the decision's session."""
    subject = service.decisions().subject(body.decision_id, call.caller.sees)
    if subject is None:
        raise NotFound(NO_DECISION)
    given = service.feedback().give(body.decision_id, replace(subject, tenant=call.caller.tenant), body.judgement)
    if given.first and body.judgement < POOR and subject.session_key:
        service.sessions().failed(subject.session_key)
    return FeedbackAnswer(
        decision_id=body.decision_id,
        model_id=subject.model_id,
        category=subject.category,
        difficulty=subject.difficulty,
        weight=round(given.weight, 4),
    )


@door.get("/metrics", answer=None, summary="Everything counted so far, in Prometheus' text form")
async def metrics(_call: Call) -> Response:
    """Counters only grow, whichever process counted and however often one began anew."""
    components, processes = service.overview().components(), running(service.records())
    text = prometheus.exposition(service.figures().ever(), components, processes, service.reader().in_force().catalogue)
    return Response(text, media_type=prometheus.MEDIA_TYPE)


@door.get("/metrics/models", answer=ModelsMetrics, summary="Every model with its live and catalogue metrics")
async def metrics_of_models(_call: Call) -> ModelsMetrics:
    """In the catalogue's order."""
    found = service.reader().in_force()
    chosen, around = service.figures().chosen(), service.live().fresh()
    return ModelsMetrics(
        models=[model_metrics(entry, chosen.get(entry.id, 0), around) for entry in found.catalogue],
        catalogue_version=found.catalogue.version,
    )


@door.get("/metrics/{model_id}", answer=ModelMetrics, summary="One model's live and catalogue metrics")
async def metrics_of_model(call: Call) -> ModelMetrics:
    """By id, or by the provider's own name for it where only one model has it."""
    entry = service.reader().in_force().catalogue.find(call.path_params["model_id"])
    if entry is None:
        raise NotFound("There is no such model; see /models.")
    return model_metrics(entry, service.figures().chosen().get(entry.id, 0), service.live().fresh())


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
