"""Responses as OpenAI's clients read them, whole and as a stream: events with names and numbers, and no `[DONE]`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from llm_router.endpoints.answer_form import broke_off, with_cost
from llm_router.endpoints.output import Output
from llm_router.endpoints.response_items import ResponseWriter
from llm_router.errors import RouterError
from llm_router.generation.generator import Completed, Stream
from llm_router.generation.provider import ProviderFailed
from llm_router.generation.stops import Chunks
from llm_router.schemas.chat_answer import RouterNote
from llm_router.schemas.responses_answer import (
    OutputItem,
    ResponseAnswer,
    ResponseError,
    begun_response,
    ended_response,
)
from llm_router.schemas.responses_event import ResponseEvent
from llm_router.schemas.responses_request import ResponsesRequest
from llm_router.web.errors import openai_facts
from llm_router.web.event_stream import event


@dataclass(slots=True)
class ResponseForm:
    """An `AnswerForm` for one request."""

    request: ResponsesRequest
    request_id: str
    _begun: ResponseAnswer | None = None
    _output: Output[ResponseEvent, OutputItem] = field(init=False)
    _events: int = 0
    _ended: bool = False

    def __post_init__(self) -> None:
        self._output = Output(ResponseWriter(self.request_id))

    def whole(self, done: Completed, note: RouterNote, created: int) -> ResponseAnswer:
        """The response."""
        items = self._output.whole(done.answer)
        return ended_response(self._beginning(note, created), items, done.answer.stop, done.bill.usage, note)

    async def events(
        self, pieces: Chunks, stream: Stream, note: RouterNote, created: int
    ) -> AsyncGenerator[bytes, None]:
        """The events of one response. What it cost is told with its end."""
        begun = self._begun = self._beginning(note, created)
        yield self._told(ResponseEvent(type="response.created", response=begun))
        yield self._told(ResponseEvent(type="response.in_progress", response=begun))
        output = self._output
        try:
            async for piece in pieces:
                for each in output.take(piece):
                    yield self._told(each)
        except ProviderFailed as broken:
            yield self.cut_off(broke_off(stream, broken))
            self._ended = True
            return
        for each in output.end():
            yield self._told(each)
        bill = stream.bill
        spent = with_cost(note, bill)
        ended = ended_response(begun, output.items(), output.stop, None if bill is None else bill.usage, spent)
        kind = "response.completed" if ended.status == "completed" else "response.incomplete"
        yield self._told(ResponseEvent(type=kind, response=ended))
        self._ended = True  # whoever asks for more has sent what was yielded

    def cut_off(self, error: RouterError) -> bytes:
        """The events that tell why a stream ends before its end: some clients heed the one, some the other. None where
        its end is told already."""
        if self._ended:
            return b""
        facts = openai_facts(error)
        said = self._told(ResponseEvent(type="error", code=facts.code, message=facts.message, error=facts))
        if self._begun is None:
            return said
        self._output.break_off()
        why = ResponseError(message=error.message)
        update = {"status": "failed", "error": why, "output": self._output.items()}
        failed = self._begun.model_copy(update=update)
        return said + self._told(ResponseEvent(type="response.failed", response=failed))

    def _beginning(self, note: RouterNote, created: int) -> ResponseAnswer:
        return begun_response(self.request, f"resp_{self.request_id}", created, note)

    def _told(self, told: ResponseEvent) -> bytes:
        told.sequence_number, self._events = self._events, self._events + 1
        return event(told.model_dump_json(), told.type)
