"""Asking for an answer from the response cache."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from llm_router.web.body import RequestBody


class CacheBody(RequestBody):
    """The same request of the same caller may be answered from the cache, for so many seconds after it was answered."""

    ttl_s: Annotated[float, Field(gt=0, le=86_400)] = 600.0
