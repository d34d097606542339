"""Asking for an answer from the response cache."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import NullOr


class CacheBody(RequestBody):
    """The same request of the same caller may be answered from the cache, for so many seconds after it was answered.

    With `similar`, an answer to a question of the same meaning will do, if all else of the request is the same, the
    question is a text alone and there are no tools.
    """

    ttl_s: NullOr[Annotated[float, Field(gt=0, le=86_400)]] = 600.0
    similar: NullOr[bool] = False
