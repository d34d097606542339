"""What OpenAI's clients send beside a question and its settings: for OpenAI itself, or for nobody."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from llm_router.generation.chat import OwnFields
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson, AnyObject, Whole, never
from llm_router.schemas.parts import Name


class OpenAiOwn(RequestBody):
    """What changes no answer, and only OpenAI and Azure are told: for their books and their cache of prompts."""

    user: Annotated[str, Field(max_length=1024)] | None = None
    safety_identifier: Name | None = None
    prompt_cache_key: Annotated[str, Field(max_length=1024)] | None = None
    store: bool | None = None
    metadata: AnyObject | None = None

    def own(self) -> OwnFields:
        """As it is sent to them."""
        metadata = None if self.metadata is None else json.dumps(self.metadata, ensure_ascii=False)
        return OwnFields(self.user, self.safety_identifier, self.prompt_cache_key, self.store, metadata)


class Unheeded(RequestBody):
    """What the router takes without acting on it: it changes no answer, or only one provider knows it. What would
    change the answer, its price or its speed is taken where it asks for nothing."""

    service_tier: Literal["auto", "default"] | None = None
    prompt_cache_retention: Name | None = None
    prompt_cache_options: AnyJson = None
    top_logprobs: Annotated[Literal[0], Whole] | None = None


class Ignored(Unheeded):
    """What of it only chat completions have."""

    prediction: AnyJson = None
    logprobs: Literal[False] | None = None
    n: Annotated[Literal[1], Whole] | None = None
    modalities: list[Literal["text"]] | None = None
    audio: None = None
    functions: Annotated[None, never("must be left out: send tools instead")] = None
    function_call: Annotated[None, never("must be left out: send tool_choice instead")] = None
    web_search_options: None = None
