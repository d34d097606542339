"""The response cache: an answer given again to the same caller for the same request, if that was asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass

from llm_router.cache_keys import key
from llm_router.generation.chat import ChatAnswer, Citation, StopReason, ToolCall, Usage
from llm_router.ports import Cache

NAMESPACE = "answer"
VERSION = "3"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A whole answer and the id of the model that gave it."""

    model: str
    answer: ChatAnswer


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """Keys are hashes under our secret of tenant and request, so that no caller can reach another's answers."""

    cache: Cache
    secret: bytes

    def find(self, tenant: str, request: str) -> KeptAnswer | None:
        """The answer kept for exactly this request."""
        return self.named(self.name(tenant, request))

    def named(self, name: str) -> KeptAnswer | None:
        """The answer kept under this name; garbage is a miss and is deleted."""
        if (held := self.cache.get(name)) is None:
            return None
        if (found := _loads(held)) is None:
            self.cache.delete(name)
        return found

    def keep(self, tenant: str, request: str, kept: KeptAnswer, ttl_s: float) -> None:
        """Keep it, unless it was cut off or says nothing: a caller that asks again wants the whole."""
        answer = kept.answer
        says_something = answer.text.strip() or answer.tool_calls or answer.refusal
        if says_something and answer.stop in (StopReason.STOP, StopReason.TOOL_CALLS):
            self.cache.set(self.name(tenant, request), _dumps(kept), ttl_s)

    def name(self, tenant: str, request: str) -> str:
        """Under which the answer to this request of this tenant is kept."""
        return key(self.secret, NAMESPACE, VERSION, f"{tenant}\0{request}")


def _dumps(kept: KeptAnswer) -> bytes:
    answer, used = kept.answer, kept.answer.usage
    calls = [[call.id, call.name, call.arguments] for call in answer.tool_calls]
    usage = None if used is None else [used.prompt_tokens, used.completion_tokens]
    cited = [[each.url, each.title, each.start, each.end] for each in answer.citations]
    told = [kept.model, answer.text, answer.stop, calls, usage, answer.refusal, cited, answer.stopped_at]
    return json.dumps(told).encode()


def _loads(held: bytes) -> KeptAnswer | None:
    try:
        model, text, stop, calls, usage, refusal, cited, stopped_at = json.loads(held)
        strings = [model, text, *(part for call in calls for part in call)]
        strings += [each for each in (refusal, stopped_at) if each is not None]
        strings += [part for url, title, _, _ in cited for part in (url, title)]
        if not all(isinstance(each, str) for each in strings):
            return None
        "".join(strings).encode()  # a lone surrogate could not be answered with
        answer = ChatAnswer(
            text=text,
            stop=StopReason(stop),
            tool_calls=tuple(ToolCall(*call) for call in calls),
            usage=None if usage is None else Usage(*map(int, usage)),
            refusal=refusal,
            citations=tuple(Citation(url, title, int(start), int(end)) for url, title, start, end in cited),
            stopped_at=stopped_at,
        )
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return KeptAnswer(model, answer)
