"""The classify function: what kind of work a prompt is and how hard."""

from __future__ import annotations

from llm_router.activity import note_batch, note_classified
from llm_router.composition.services import services
from llm_router.function_names import Function
from llm_router.schemas.categories import CategoriesAnswer, CategoryRequest, categories_answer
from llm_router.schemas.classify import BatchAnswer, BatchRequest, ClassifyAnswer, ClassifyRequest, classify_answer
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.info import InfoAnswer, info_answer
from llm_router.web.door import Call, Door
from llm_router.web.lambda_handler import lambda_handler
from llm_router.web.snapstart import prepared

service = services()
door = Door(Function.CLASSIFY, service.gatekeeper, service.observer)


@door.post("/classify", body=ClassifyRequest, answer=ClassifyAnswer, summary="Classify one prompt")
async def classify(call: Call, body: ClassifyRequest) -> ClassifyAnswer:
    """One prompt; known already or not, it counts against the key's minute."""
    service.generating.key_gate().key_of(call.caller, spends=False)
    classified = service.classifier().classify(body.prompt, explain=body.explain)
    note_classified(call.note, classified)
    call.note.prompt_hash = service.prompt_hash(body.prompt)
    return classify_answer(classified)


@door.post("/classify/batch", body=BatchRequest, answer=BatchAnswer, summary="Classify up to 256 prompts")
async def classify_batch(call: Call, body: BatchRequest) -> BatchAnswer:
    """Each prompt as it would be classified alone; together they are one request."""
    service.generating.key_gate().key_of(call.caller, spends=False)
    classify_one = service.classifier().classify
    batch = [classify_one(prompt, explain=body.explain) for prompt in body.prompts]
    note_batch(call.note, batch)
    return BatchAnswer(results=[classify_answer(classified) for classified in batch])


@door.get("/categories", answer=CategoriesAnswer, summary="The categories in force")
async def categories(_call: Call) -> CategoriesAnswer:
    """The seven, and the operator's own."""
    return categories_answer(service.categories().current())


@door.post("/categories", body=CategoryRequest, answer=CategoriesAnswer, summary="Add or replace an own category")
async def add_category(_call: Call, body: CategoryRequest) -> CategoriesAnswer:
    """Used by classify and route from then on, everywhere within a minute."""
    return categories_answer(service.categories().put(body.category()))


@door.delete("/categories/{name}", answer=CategoriesAnswer, summary="Remove an own category")
async def remove_category(call: Call) -> CategoriesAnswer:
    """The built-in ones stay."""
    return categories_answer(service.categories().remove(call.path_params["name"]))


@door.get("/info", answer=InfoAnswer, summary="What the classifier is and whether its model is loaded")
async def info(_call: Call) -> InfoAnswer:
    """Loads the model if no request has done so yet: the answer tells whether it can be."""
    return info_answer(service.model().about)


@door.get("/classify/health", answer=HealthAnswer, summary="This function's own health")
async def health(_call: Call) -> HealthAnswer:
    """Without its model the classifier still answers by rules and words, so it is degraded and not down."""
    return HealthAnswer.of(Function.CLASSIFY, [] if service.model().about.available else ["ml_model"])


def warm() -> None:
    """Build what the first request would otherwise wait for."""
    service.classifier()


prepared(before=warm, after=service.restored, at_once=service.settings.provisioned)
handler = lambda_handler(door.app)
