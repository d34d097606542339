"""OpenAI's protocols over the router: chat completions, and what asks and answers the same in another form."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace

from pydantic import BaseModel
from starlette.responses import Response

from llm_router.activity import Observation, note_decision
from llm_router.aside import Aside
from llm_router.catalogue.entry import ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.conversation import Conversation
from llm_router.decisions import DecisionKeeper
from llm_router.endpoints.answer_form import AnswerForm
from llm_router.endpoints.bounded import Bounded
from llm_router.endpoints.keeping import kept_if
from llm_router.errors import InvalidRequest
from llm_router.generation.auto import is_auto, preference_of
from llm_router.generation.beside_text import beside_tokens
from llm_router.generation.chat import ChatAnswer
from llm_router.generation.completion import Completer
from llm_router.generation.dispatch import WHOLE_S, Dispatcher, Routed
from llm_router.generation.gathered import Keep, gathering, in_pieces
from llm_router.generation.generator import Completed, Stream
from llm_router.generation.stops import Chunks
from llm_router.ports import Clock
from llm_router.ranking.objective import DEFAULT_PREFERENCE
from llm_router.recommend import Ask, Decision
from llm_router.schemas.chat_answer import RouterNote, router_note
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.generated import GeneratedDecision, begun_decision, finished_decision
from llm_router.schemas.route import RouteAnswer, route_answer
from llm_router.web.door import Call
from llm_router.web.meanwhile import meanwhile

UNREAD_S = 30.0
"""Seconds after a stream's deadline at which its connection is closed, where the caller does not read it."""


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
            longest=request.max_tokens,
        )
        streams = body.stream and call.streams
        seconds = self.stream_s if streams else WHOLE_S
        if is_auto(body.model):
            routed = self.dispatcher.routed(ask, request, key, seconds, whole=not streams)
        else:
            routed = self.dispatcher.pinned(body.model, ask, request, key, seconds)
        note_decision(call.note, routed.decision, request.reasoning_effort)
        return routed

    async def whole(
        self, call: Call, body: ChatCompletionRequest, routed: Routed, key: ClientKey | None, form: AnswerForm
    ) -> Response:
        """The whole answer."""
        keeping = kept_if(routed.job.request, body, call.caller.tenant, key)
        work = self.completer.complete(routed, keeping)
        if (decision := routed.decision) is None:
            done, told = await work, None
        else:
            done, told = await meanwhile(work, lambda: route_answer(decision))
        await self._keep(call, routed.decision, done.model, None if told is None else finished_decision(told, done))
        note_completed(call.note, done)
        note = router_note(
            done.model, routed.decision, done.attempts, done.bill.usd, cached=done.cached, similarity=done.similarity
        )
        answer = form.whole(done, note, int(self.clock.now()))
        headers = _headers(note.model, note.decision_id)
        return Response(answer.model_dump_json(), media_type="application/json", headers=headers)

    async def streamed(
        self, call: Call, body: ChatCompletionRequest, routed: Routed, key: ClientKey | None, form: AnswerForm
    ) -> Response:
        """The answer piece by piece, from when its first piece is there; one that was kept in a single piece."""
        keeping = kept_if(routed.job.request, body, call.caller.tenant, key)
        if keeping is not None and (found := await self.completer.found(keeping)) is not None:
            return await self._given_again(call, routed, found, form)
        work = self.completer.generator.stream(routed.job)
        stream, told = await meanwhile(work, lambda: _told(routed), lambda unread: unread.pieces.aclose())
        begun = None if told is None else begun_decision(told, stream.model, stream.attempts)
        await self._keep(call, routed.decision, stream.model, begun)
        note = router_note(stream.model, routed.decision, stream.attempts, None)

        async def keep(answer: ChatAnswer) -> None:
            if keeping is not None:
                await self.completer.keep(keeping, stream.model, answer)

        return self._streaming(call, stream, note, None if keeping is None else keep, form)

    async def _given_again(self, call: Call, routed: Routed, found: Completed, form: AnswerForm) -> Response:
        """A kept answer as a stream."""
        told = _told(routed)
        await self._keep(call, routed.decision, found.model, None if told is None else finished_decision(told, found))
        stream = Stream(found.model, (), bill=found.bill)
        stream.pieces = in_pieces(found.answer)
        note = router_note(
            found.model, routed.decision, (), found.bill.usd, cached=found.cached, similarity=found.similarity
        )
        return self._streaming(call, stream, note, None, form)

    def _streaming(self, call: Call, stream: Stream, note: RouterNote, keep: Keep | None, form: AnswerForm) -> Response:
        call.note.model = stream.model.id
        pieces = stream.pieces if keep is None else gathering(stream, keep)
        events = form.events(pieces, stream, note, int(self.clock.now()))
        return Bounded(
            _billed(events, pieces, stream, call.note),
            self.stream_s + UNREAD_S,
            stream.pieces.aclose,
            headers={**_headers(note.model, note.decision_id), "x-accel-buffering": "no"},
            cut_off=form.cut_off,
        )

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


async def _billed(
    events: AsyncGenerator[bytes, None], pieces: Chunks, stream: Stream, note: Observation
) -> AsyncIterator[bytes]:
    """The events that are made of these pieces of the stream, after which the price is noted."""
    try:
        async for each in events:
            yield each
    finally:
        for made in (events, pieces, stream.pieces):
            await made.aclose()
        note.cost_usd = stream.bill.usd if stream.bill else None


class _Note(BaseModel):
    model: str
    decision_id: str | None = None


class _Answer(BaseModel):
    router: _Note | None = None


def headers_of(answer: bytes) -> dict[str, str]:
    """Those of an answer that is given once more, as its body tells them; none for one whose body has no `router`."""
    note = _Answer.model_validate_json(answer).router
    return {} if note is None else _headers(note.model, note.decision_id)


def _headers(model_id: str, decision_id: str | None) -> dict[str, str]:
    headers = {"x-model-used": model_id}
    return headers if decision_id is None else {**headers, "x-decision-id": decision_id}
