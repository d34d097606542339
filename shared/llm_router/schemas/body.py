"""What every request body has in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """Base of every request body: no unknown fields, no coercion, no infinities. Where `may_be_empty`, no body at all
    stands for `{}`."""

    may_be_empty: ClassVar[bool] = False

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, hide_input_in_errors=True)
