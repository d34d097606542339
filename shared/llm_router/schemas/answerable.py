"""What a request for an answer holds in whichever protocol it comes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from llm_router.schemas.body import RequestBody
from llm_router.schemas.cache import CacheBody
from llm_router.schemas.fields import NullOr, Whole
from llm_router.schemas.route import ConstraintsBody

Tokens = Annotated[int, Field(ge=1, le=10_000_000), Whole]
"""How long an answer may be."""


class Answerable(RequestBody):
    """`model` is `auto`, `auto:cheap`, `auto:best`, `auto:0.7`, or a model of the catalogue.

    `constraints`, `preference`, `session_id` and `cache` are the router's own; SDKs send them as `extra_body`.
    """

    model: Annotated[str, Field(min_length=1, max_length=300)]
    stream: bool | None = None
    constraints: NullOr[ConstraintsBody] = ConstraintsBody()
    preference: Annotated[float, Field(ge=0, le=1)] | None = None
    session_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    cache: CacheBody | None = None
