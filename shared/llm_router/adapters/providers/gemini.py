"""Google's Gemini API, by generateContent."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from llm_router.adapters.providers import gemini_answer, gemini_request
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.failures import wait_s
from llm_router.adapters.providers.http_provider import Received, read
from llm_router.adapters.providers.wire import Post
from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed


@dataclass(frozen=True, slots=True)
class Gemini:
    """An `HttpProtocol`. The key goes as a header, since addresses end up in logs."""

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
    details: tuple[_Detail, ...] = ()


class _Refusal(Received):
    error: _Error = _Error()


def explain(failed: ProviderFailed, body: bytes) -> ProviderFailed:
    """A key that is not valid comes as a 400, and how long to wait stands in the body (google.rpc.RetryInfo)."""
    try:
        details = read(_Refusal, body).error.details
    except ProviderFailed:
        return failed
    if any(detail.reason.startswith("API_KEY_") for detail in details):
        return ProviderFailed(Failure.REFUSED, status=failed.status)
    waits = [detail.retryDelay.removesuffix("s") for detail in details if detail.retryDelay.endswith("s")]
    wait = wait_s(waits[0]) if waits else None
    return ProviderFailed(failed.failure, status=failed.status, retry_after_s=failed.retry_after_s or wait)
