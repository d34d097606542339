"""Google's Gemini API, by generateContent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

from pydantic import JsonValue

from llm_router.adapters.providers import gemini_answer, gemini_request
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.failures import of_message, wait_s
from llm_router.adapters.providers.http_provider import Received, read_error
from llm_router.adapters.providers.wire import Post
from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed

_TOOL_NAMES = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")


@dataclass(frozen=True, slots=True)
class Gemini:
    """An `HttpProtocol`. The key goes as a header, since addresses end up in logs."""

    tool_names: ClassVar[re.Pattern[str]] = _TOOL_NAMES

    base_url: str
    key: str = field(repr=False)

    async def post(self, model: str, request: ChatRequest, *, stream: bool) -> Post:
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        base = self.base_url.rstrip("/").removesuffix("/v1beta")
        url = f"{base}/v1beta/models/{quote(model.removeprefix('models/'), safe='')}:{method}"
        return Post(url, {"x-goog-api-key": self.key}, compact(gemini_request.body(model, request)), explain=explain)

    def answer(self, _request: ChatRequest, body: bytes) -> ChatAnswer:
        return gemini_answer.answer(body)

    def reader(self, _request: ChatRequest) -> gemini_answer.PieceReader:
        return gemini_answer.PieceReader()


class _Detail(Received):
    reason: str = ""
    retryDelay: str = ""  # noqa: N815


class _Error(Received):
    message: JsonValue = None
    details: tuple[_Detail, ...] = ()


class _Refusal(Received):
    error: _Error = _Error()


def explain(failed: ProviderFailed, body: bytes) -> ProviderFailed:
    """A key that is not valid and a prompt that is too long come as a 400, and how long to wait stands in the body
    (google.rpc.RetryInfo)."""
    error = read_error(_Refusal, body).error
    if any(detail.reason.startswith("API_KEY_") for detail in error.details):
        return ProviderFailed(Failure.REFUSED, status=failed.status)
    if (told := of_message(failed, error.message)) is not failed:
        return told
    waits = [detail.retryDelay.removesuffix("s") for detail in error.details if detail.retryDelay.endswith("s")]
    wait = wait_s(waits[0]) if waits else None
    return ProviderFailed(failed.failure, status=failed.status, retry_after_s=failed.retry_after_s or wait)
