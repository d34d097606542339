"""Answers and streams in OpenAI's form, as leniently as its many speakers need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from llm_router.adapters.providers.citations import cited, listed
from llm_router.adapters.providers.conversation import new_call_id
from llm_router.adapters.providers.counted import with_count
from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.failures import of_message, of_status
from llm_router.adapters.providers.http_provider import Received, read, read_error
from llm_router.adapters.providers.streamed_calls import StreamedCalls, in_all
from llm_router.generation.chat import ChatAnswer, ChatChunk, Citation, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.provider import Failure, ProviderFailed

_STOPS = {
    "length": StopReason.LENGTH,
    "model_length": StopReason.LENGTH,
    "max_tokens": StopReason.LENGTH,
    "tool_calls": StopReason.TOOL_CALLS,
    "function_call": StopReason.TOOL_CALLS,
    "content_filter": StopReason.CONTENT_FILTER,
}
"""What is not named, such as `stop`, `eos` or `end_turn`, is an end of the model's own."""
_ERRORS = {
    "content_filter": Failure.BAD_REQUEST,
    "content_policy_violation": Failure.BAD_REQUEST,
    "context_length_exceeded": Failure.TOO_LONG,
    "insufficient_quota": Failure.REFUSED,
    "invalid_api_key": Failure.REFUSED,
    "model_not_found": Failure.UNKNOWN_MODEL,
}
"""Codes that say more than the status they come under: a used-up account is a 429, which no waiting cures."""
_BROKEN = frozenset({"error", "insufficient_system_resource"})
"""Mistral's, OpenRouter's and DeepSeek's words for an answer that the provider could not finish."""


class _CachedTokens(Received):
    cached_tokens: int | None = None


class _ReasoningTokens(Received):
    reasoning_tokens: int | None = None


class _Usage(Received):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: _CachedTokens | None = None
    completion_tokens_details: _ReasoningTokens | None = None
    prompt_cache_hit_tokens: int | None = None

    def usage(self) -> Usage | None:
        """xAI counts reasoning beside the completion and not in it, which its total gives away."""
        if self.prompt_tokens is None:
            return None
        cached = self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else None
        reasoning = (self.completion_tokens_details and self.completion_tokens_details.reasoning_tokens) or 0
        written = self.completion_tokens or 0
        if reasoning and self.total_tokens == self.prompt_tokens + written + reasoning:
            written += reasoning
        return Usage(
            prompt_tokens=self.prompt_tokens,
            completion_tokens=written,
            cached_tokens=cached or self.prompt_cache_hit_tokens or 0,
            reasoning_tokens=reasoning,
        )


class _Function(Received):
    name: str | None = None
    arguments: str | dict[str, JsonValue] | None = None

    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments or {})


class _Call(Received):
    index: int | None = None
    id: str | None = None
    function: _Function = _Function()


class _Piece(Received):
    """Magistral's content comes in pieces, its reasoning among them."""

    type: str = "text"
    text: str = ""
    thinking: tuple[_Piece, ...] = ()


class _Message(Received):
    content: str | list[_Piece] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    annotations: JsonValue = None

    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(piece.text for piece in self.content if piece.type == "text")
        return self.content or ""

    def thoughts(self) -> str:
        inside = self.content if isinstance(self.content, list) else []
        told = "".join(thought.text for piece in inside for thought in piece.thinking)
        return self.reasoning_content or self.reasoning or told


class _Choice(Received):
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None


class _Error(Received):
    code: int | str | None = None
    type: JsonValue = None
    message: JsonValue = None
    metadata: JsonValue = None

    @property
    def told(self) -> Failure | None:
        """The failure that it names itself. OpenRouter tells of a request that was flagged by what it tells beside: a
        403 for it must not keep others from the model."""
        beside = self.metadata if isinstance(self.metadata, dict) else {}
        if "flagged_input" in beside:
            return Failure.BAD_REQUEST
        names = (self.code, self.type, beside.get("error_type"))
        return next((_ERRORS[name] for name in names if isinstance(name, str) and name in _ERRORS), None)


class _Completion(Received):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: _Error | str | None = None
    message: JsonValue = None
    """Mistral's and others' place for what an error says."""
    citations: JsonValue = None
    search_results: JsonValue = None

    def checked(self) -> _Completion:
        """Itself, unless it tells of an error under a status of 200, as OpenRouter and streams do."""
        if self.error is not None:
            error = self.error if isinstance(self.error, _Error) else _Error()
            if error.told is None and isinstance(error.code, int) and 400 <= error.code < 600:
                raise of_message(ProviderFailed(of_status(error.code)), self.said)
            raise ProviderFailed(error.told or Failure.SERVER_ERROR)
        return self

    @property
    def said(self) -> JsonValue:
        """What an error says."""
        return self.error.message if isinstance(self.error, _Error) else self.error or self.message


def _stop(reason: str) -> StopReason:
    if reason in _BROKEN:
        raise ProviderFailed(Failure.SERVER_ERROR)
    return _STOPS.get(reason, StopReason.STOP)


def explain(failed: ProviderFailed, body: bytes) -> ProviderFailed:
    """The failure by the error's code where that is known, else by what it says."""
    answer = read_error(_Completion, body)
    told = answer.error.told if isinstance(answer.error, _Error) else None
    return of_message(failed, answer.said) if told is None else ProviderFailed(told, status=failed.status)


def answer(body: bytes) -> ChatAnswer:
    """A whole answer. Raises `ProviderFailed`."""
    completion = read(_Completion, body).checked()
    if not completion.choices or (message := completion.choices[0].message) is None:
        raise ProviderFailed(Failure.GARBAGE)
    stop = _stop(completion.choices[0].finish_reason or "stop")
    calls = tuple(
        ToolCall(call.id or new_call_id(), call.function.name or "", in_all(call.function.text(), stop))
        for call in message.tool_calls or ()
    )
    return ChatAnswer(
        text=message.text(),
        stop=StopReason.TOOL_CALLS if calls and stop is StopReason.STOP else stop,
        tool_calls=calls,
        usage=completion.usage.usage() if completion.usage else None,
        refusal=message.refusal,
        reasoning=message.thoughts() or None,
        citations=cited(message.annotations) or listed(completion.citations, completion.search_results),
    )


@dataclass(slots=True)
class ChunkReader:
    """Reads a stream. Why it stopped and what it used are kept until `[DONE]`, so that they come once and last. What
    the answer rests on goes with whatever it says, and last: nobody knows whether all of a stream is read."""

    ended: bool = False
    _stop: StopReason | None = None
    _usage: Usage | None = None
    _calls: StreamedCalls = field(default_factory=StreamedCalls)
    _cited: dict[Citation, None] = field(default_factory=dict)
    """In their order; some tell all of them in every piece."""
    _listed: tuple[Citation, ...] = ()

    def take(self, event: ServerEvent) -> Iterator[ChatChunk]:
        """The chunks of one event. Raises `ProviderFailed`."""
        if event.data.strip() == b"[DONE]":
            self.ended, self._stop = True, self._stop or StopReason.STOP
            yield self.finish()
            return
        completion = read(_Completion, event.data).checked()
        if completion.choices is None and completion.usage is None:
            raise ProviderFailed(Failure.GARBAGE)
        told = None if completion.usage is None else completion.usage.usage()
        self._usage = told or self._usage
        self._listed = listed(completion.citations, completion.search_results) or self._listed
        yield from with_count(self._said(completion), told)

    def _said(self, completion: _Completion) -> Iterator[ChatChunk]:
        for choice in (completion.choices or ())[:1]:
            self._stop = _stop(choice.finish_reason) if choice.finish_reason else self._stop
            delta = choice.delta or _Message()
            calls = tuple(self._piece(call) for call in delta.tool_calls or ())
            self._cited.update(dict.fromkeys(cited(delta.annotations)))
            chunk = ChatChunk(delta.text(), delta.thoughts(), calls, refusal=delta.refusal or "")
            if chunk != ChatChunk():
                yield replace(chunk, citations=self._citations)

    def finish(self) -> ChatChunk:
        """Without its end mark, which some leave out, a stream is whole where it has said why it stopped."""
        if self._stop is None:
            raise ProviderFailed(Failure.GARBAGE)
        stop = StopReason.TOOL_CALLS if self._stop is StopReason.STOP and self._calls else self._stop
        return ChatChunk(tool_calls=self._calls.rest(stop), stop=stop, usage=self._usage, citations=self._citations)

    @property
    def _citations(self) -> tuple[Citation, ...]:
        return tuple(self._cited) or self._listed

    def _piece(self, call: _Call) -> ToolCallDelta:
        given = call.function.text() if call.function.arguments else ""
        return self._calls.piece(call.index, call.id or None, call.function.name or None, given)
