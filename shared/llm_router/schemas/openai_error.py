"""What OpenAI tells of an error, in an answer of its own and in the midst of one."""

from __future__ import annotations

from pydantic import BaseModel


class OpenAIError(BaseModel):
    """OpenAI's error object, so that its SDKs raise their usual exceptions."""

    message: str
    type: str
    param: str | None
    code: str
