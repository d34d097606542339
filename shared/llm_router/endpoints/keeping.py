"""Which answers may be kept and given again: those that the request, or the key that it bears, wants kept."""

from __future__ import annotations

from llm_router.client_keys import ClientKey
from llm_router.generation.chat import ChatRequest
from llm_router.generation.completion import Keeping
from llm_router.generation.similar_answers import Question
from llm_router.schemas.beside import Ignored, OpenAiOwn
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.route import RouteRequest

KEPT_BY_DEFAULT_S = 600.0

_NOT_ASKED = {"cache", "session_id", "stream", "stream_options", *OpenAiOwn.model_fields, *Ignored.model_fields}
"""What makes no other question of a request, to whichever route."""

_QUESTION = {"prompt", "messages"}
"""What may say the same in other words, where all else is equal."""


def kept_if(
    request: ChatRequest, body: RouteRequest | ChatCompletionRequest, tenant: str, key: ClientKey | None
) -> Keeping | None:
    """Where the answer may be kept: if the body asks for it, or if the key does and nothing is left to chance.

    `request` is the body as it is put to a model.
    """
    if body.cache is not None:
        ttl_s, similar = body.cache.ttl_s, body.cache.similar
    elif key is not None and key.caches and request.temperature == 0:
        ttl_s, similar = KEPT_BY_DEFAULT_S, key.caches_similar
    else:
        return None
    asked, question = body.model_dump_json(exclude=_NOT_ASKED), None
    if similar:
        question = Question.of(request, body.model_dump_json(exclude=_NOT_ASKED | _QUESTION))
    return Keeping(tenant, asked, ttl_s, question)
