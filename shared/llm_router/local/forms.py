"""What some routes take beside their body, and give beside their usual answer, for the service's own description.

Kept apart from the doors: no function needs it to answer, and it would make each load what only others answer with.
"""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.dashboard import Window
from llm_router.generation.idempotency import MAX_KEY
from llm_router.json_values import Json
from llm_router.ports import MAX_VERSION
from llm_router.schemas import listed_models, versions
from llm_router.schemas.anthropic_event import MessageEvent
from llm_router.schemas.chat_answer import ChatCompletionChunk
from llm_router.schemas.classify import ExplainedAnswer
from llm_router.schemas.generated import GeneratedAnswer, GeneratedDecision
from llm_router.schemas.responses_event import ResponseEvent
from llm_router.web.openapi import Form, JsonObject


def _optional(place: str, name: str, description: str, **schema: Json) -> JsonObject:
    return {"name": name, "in": place, "required": False, "description": description, "schema": schema}


_ONCE = _optional(
    "header",
    "idempotency-key",
    "The same key and body give the first answer again, and are paid for once. Binds what a model answers whole: "
    "neither a recommendation nor a stream",
    type="string",
    maxLength=MAX_KEY,
)
_WINDOW = _optional(
    "query",
    "window",
    "How far back the figures reach",
    type="string",
    enum=[*map(str, Window)],
    default=Window.HOUR.value,
)
_LIMIT = _optional(
    "query",
    "limit",
    "How many versions are told at most",
    type="integer",
    minimum=1,
    maximum=versions.MOST,
    default=versions.USUAL,
)
_BEFORE = _optional(
    "query",
    "before",
    "Only versions older than this one, such as the last that was told",
    type="integer",
    minimum=0,
    maximum=MAX_VERSION,
)
_FOR_ANTHROPICS = "With the header `anthropic-version`:"
_PAGES = (
    _optional(
        "query",
        "limit",
        f"{_FOR_ANTHROPICS} how many models a page has at most",
        type="integer",
        minimum=1,
        maximum=listed_models.MOST,
    ),
    _optional(
        "query",
        "after_id",
        f"{_FOR_ANTHROPICS} only models behind this one, such as the last of a page",
        type="string",
    ),
    _optional(
        "query", "before_id", f"{_FOR_ANTHROPICS} only models before this one, the nearest of them", type="string"
    ),
)

FORMS: Mapping[tuple[str, str], Form] = {
    ("POST", "/classify"): Form(answers=(ExplainedAnswer,)),
    ("POST", "/route"): Form((_ONCE,), answers=(GeneratedAnswer,)),
    ("POST", "/v1/chat/completions"): Form((_ONCE,), pieces=ChatCompletionChunk),
    ("POST", "/v1/responses"): Form((_ONCE,), pieces=ResponseEvent),
    ("POST", "/v1/messages"): Form((_ONCE,), pieces=MessageEvent),
    ("GET", "/v1/models"): Form(_PAGES),
    ("GET", "/dashboard/data"): Form((_WINDOW,)),
    ("GET", "/catalogue/versions"): Form((_LIMIT, _BEFORE)),
    ("GET", "/decisions/{decision_id}"): Form(answers=(GeneratedDecision,)),
}
