"""What some routes take beside their body, and give beside their usual answer, for the service's own description.

Kept apart from the doors: no function needs it to answer, and it would make each load what only others answer with.
"""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.dashboard import Window
from llm_router.generation.idempotency import MAX_KEY
from llm_router.ports import MAX_VERSION
from llm_router.schemas import listed_models, versions
from llm_router.schemas.anthropic_event import MessageEvent
from llm_router.schemas.chat_answer import ChatCompletionChunk
from llm_router.schemas.classify import ExplainedAnswer
from llm_router.schemas.generated import GeneratedAnswer, GeneratedDecision
from llm_router.schemas.responses_event import ResponseEvent
from llm_router.web.openapi import Form, JsonObject

_ONCE: JsonObject = {
    "name": "idempotency-key",
    "in": "header",
    "required": False,
    "description": (
        "The same key and body give the first answer again, and are paid for once. Binds what a model answers whole: "
        "neither a recommendation nor a stream"
    ),
    "schema": {"type": "string", "maxLength": MAX_KEY},
}
_WINDOW: JsonObject = {
    "name": "window",
    "in": "query",
    "required": False,
    "description": "How far back the figures reach",
    "schema": {"type": "string", "enum": [str(window) for window in Window], "default": str(Window.HOUR)},
}
_LIMIT: JsonObject = {
    "name": "limit",
    "in": "query",
    "required": False,
    "description": "How many versions are told at most",
    "schema": {"type": "integer", "minimum": 1, "maximum": versions.MOST, "default": versions.USUAL},
}
_BEFORE: JsonObject = {
    "name": "before",
    "in": "query",
    "required": False,
    "description": "Only versions older than this one, such as the last that was told",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_VERSION},
}
_PAGE: JsonObject = {
    "name": "limit",
    "in": "query",
    "required": False,
    "description": "With the header `anthropic-version`: how many models a page has at most",
    "schema": {"type": "integer", "minimum": 1, "maximum": listed_models.MOST},
}
_AFTER_ID: JsonObject = {
    "name": "after_id",
    "in": "query",
    "required": False,
    "description": "With the header `anthropic-version`: only models behind this one, such as the last of a page",
    "schema": {"type": "string"},
}
_BEFORE_ID: JsonObject = {
    "name": "before_id",
    "in": "query",
    "required": False,
    "description": "With the header `anthropic-version`: only models before this one, the nearest of them",
    "schema": {"type": "string"},
}

FORMS: Mapping[tuple[str, str], Form] = {
    ("POST", "/classify"): Form(answers=(ExplainedAnswer,)),
    ("POST", "/route"): Form((_ONCE,), answers=(GeneratedAnswer,)),
    ("POST", "/v1/chat/completions"): Form((_ONCE,), pieces=ChatCompletionChunk),
    ("POST", "/v1/responses"): Form((_ONCE,), pieces=ResponseEvent),
    ("POST", "/v1/messages"): Form((_ONCE,), pieces=MessageEvent),
    ("GET", "/v1/models"): Form((_PAGE, _AFTER_ID, _BEFORE_ID)),
    ("GET", "/dashboard/data"): Form((_WINDOW,)),
    ("GET", "/catalogue/versions"): Form((_LIMIT, _BEFORE)),
    ("GET", "/decisions/{decision_id}"): Form(answers=(GeneratedDecision,)),
}
