"""`POST /v1/chat/completions`: OpenAI's protocol over the router."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from llm_router.activity import Observation, note_decision
from llm_router.aside import Aside
from llm_router.catalogue.entry import ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.conversation import Conversation
from llm_router.decisions import DecisionKeeper
from llm_router.endpoints.chat_stream import events
from llm_router.endpoints.keeping import kept_if
from llm_router.errors import InvalidRequest
from llm_router.generation.auto import is_auto, preference_of
from llm_router.generation.beside_text import beside_tokens
from llm_router.generation.completion import Completed, Completer
from llm_router.generation.dispatch import WHOLE_S, Dispatcher, Routed
from llm_router.generation.generator import Stream
from llm_router.ports import Clock
from llm_router.ranking.objective import DEFAULT_PREFERENCE
from llm_router.recommend import Ask, Decision
from llm_router.schemas.chat_answer import ChatCompletion, Choice, UsageAnswer, message_answer, router_note
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.generated import GeneratedDecision, begun_decision, finished_decision
from llm_router.schemas.route import RouteAnswer, route_answer
from llm_router.web.door import Call
from llm_router.web.event_stream import MEDIA_TYPE
from llm_router.web.meanwhile import meanwhile

UNREAD_S = 30.0
"""Seconds after a stream's deadline at which its connection is closed, where the caller does not read it."""


class _Bounded(StreamingResponse):
    """A stream that ends after so many seconds, whoever reads it: a caller who does not would hold it for ever."""

    def __init__(
        self,
        content: AsyncIterator[bytes],
        seconds: float,
        close: Callable[[], Awaitable[None]],
        *,
        media_type: str,
        headers: dict[str, str],
    ) -> None:
        """`close` ends what the content is made of, also where none of it has been taken."""
        super().__init__(content, media_type=media_type, headers=headers)
        self.seconds = seconds
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Returns at the end of its time, on which the server closes the connection. Pieces that have begun are closed
        in any case: whoever waited for the caller to take one is not there any more to do it."""
        try:
            async with asyncio.timeout(self.seconds):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            return
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()
            await self._close()


@dataclass(frozen=True, slots=True)
class Completions:
    """OpenAI's requests as jobs, and what comes of them as OpenAI's answers.

    `stream_s` bounds a stream in all, where pieces really reach the caller. Decisions are kept `aside`.
    """

    dispatcher: Dispatcher
    completer: Completer
    clock: Clock
    keeper: DecisionKeeper
    stream_s: float
    aside: Aside

    def route(self, call: Call, body: ChatCompletionRequest, said: Conversation, key: ClientKey | None) -> Routed:
        """The job that the request makes, whose messages are `said`.

        Raises what `Dispatcher` raises, and `InvalidRequest`.
        """
        if body.logit_bias and is_auto(body.model):
            raise InvalidRequest("logit_bias names tokens of one model: name that model instead of auto.")
        request = body.chat(self.dispatcher.bounded(body.longest))
        named = preference_of(body.model) if is_auto(body.model) else None
        wished = body.preference if body.preference is not None else named
        ask = Ask(
            conversation=replace(
                said,
                wants_tools=bool(body.tools),
                wants_json=request.json_format is not None,
                beside_tokens=beside_tokens(request),
            ),
            constraints=body.constraints.constraints(),
            preference=DEFAULT_PREFERENCE if wished is None else wished,
            session_id=body.session_id,
            tenant=call.caller.tenant,
            complete=True,
            longest=self.dispatcher.bounded(body.longest),
        )
        seconds = self.stream_s if body.stream and call.streams else WHOLE_S
        if is_auto(body.model):
            routed = self.dispatcher.routed(ask, request, key, seconds)
        else:
            routed = self.dispatcher.pinned(body.model, ask, request, key, seconds)
        note_decision(call.note, routed.decision, request.reasoning_effort)
        return routed

    async def whole(self, call: Call, body: ChatCompletionRequest, routed: Routed, key: ClientKey | None) -> Response:
        """The whole answer."""
        keeping = kept_if(routed.job.request, body, call.caller.tenant, key)
        done, told = await meanwhile(self.completer.complete(routed, keeping), lambda: _told(routed))
        await self._keep(call, routed.decision, done.model, None if told is None else finished_decision(told, done))
        note_completed(call.note, done)
        answer = ChatCompletion(
            id=f"chatcmpl-{call.request_id}",
            created=int(self.clock.now()),
            model=done.model.id,
            choices=[Choice(message=message_answer(done.answer), finish_reason=done.answer.stop)],
            usage=UsageAnswer.of(done.bill.usage),
            router=router_note(
                done.model,
                routed.decision,
                done.attempts,
                done.bill.usd,
                cached=done.cached,
                similarity=done.similarity,
            ),
        )
        headers = _headers(done.model.id, answer.router.decision_id)
        return Response(answer.model_dump_json(), media_type="application/json", headers=headers)

    async def streamed(self, call: Call, body: ChatCompletionRequest, routed: Routed) -> Response:
        """The answer piece by piece, from when its first piece is there."""
        work = self.completer.generator.stream(routed.job)
        stream, told = await meanwhile(work, lambda: _told(routed), lambda unread: unread.pieces.aclose())
        begun = None if told is None else begun_decision(told, stream.model, stream.attempts)
        await self._keep(call, routed.decision, stream.model, begun)
        call.note.model = stream.model.id
        note = router_note(stream.model, routed.decision, stream.attempts, None)
        pieces = events(
            stream,
            answer_id=f"chatcmpl-{call.request_id}",
            created=int(self.clock.now()),
            note=note,
            with_usage=body.stream_options is not None and body.stream_options.include_usage,
        )
        headers = {**_headers(note.model, note.decision_id), "x-accel-buffering": "no"}
        billed = _billed(pieces, stream, call.note)
        until = self.stream_s + UNREAD_S
        return _Bounded(billed, until, stream.pieces.aclose, media_type=MEDIA_TYPE, headers=headers)

    async def _keep(
        self, call: Call, decision: Decision | None, used: ModelEntry, came: GeneratedDecision | None
    ) -> None:
        if decision is not None and came is not None:
            kept = came.model_dump_json()
            await self.aside(lambda: self.keeper.keep(decision, call.caller.tenant, kept, used))


def _told(routed: Routed) -> RouteAnswer | None:
    """The decision as it is told; None where there is none."""
    return None if routed.decision is None else route_answer(routed.decision)


def note_completed(note: Observation, done: Completed) -> None:
    """What an answer tells the operators."""
    note.model, note.cost_usd = done.model.id, done.bill.usd


async def _billed(pieces: AsyncGenerator[bytes, None], stream: Stream, note: Observation) -> AsyncIterator[bytes]:
    """The pieces, after which the price is noted."""
    try:
        async for piece in pieces:
            yield piece
    finally:
        await pieces.aclose()
        await stream.pieces.aclose()
        note.cost_usd = stream.bill.usd if stream.bill else None


class _Note(BaseModel):
    model: str
    decision_id: str | None = None


class _Answer(BaseModel):
    router: _Note | None = None


def headers_of(answer: bytes) -> dict[str, str]:
    """Those of an answer that is given once more, as its body tells them; none for one that is not in OpenAI's form."""
    note = _Answer.model_validate_json(answer).router
    return {} if note is None else _headers(note.model, note.decision_id)


def _headers(model_id: str, decision_id: str | None) -> dict[str, str]:
    headers = {"x-model-used": model_id}
    return headers if decision_id is None else {**headers, "x-decision-id": decision_id}
