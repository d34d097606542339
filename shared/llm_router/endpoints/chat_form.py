"""Chat completions as OpenAI sends them, whole and as a stream: server-sent events, then `[DONE]`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from llm_router.endpoints.answer_form import broke_off
from llm_router.errors import RouterError
from llm_router.generation.chat import ChatChunk, Citation
from llm_router.generation.generator import Completed, Stream
from llm_router.generation.provider import ProviderFailed
from llm_router.generation.stops import Chunks
from llm_router.schemas.chat_answer import (
    ChatCompletion,
    ChatCompletionChunk,
    Choice,
    ChunkChoice,
    RouterNote,
    UsageAnswer,
    chunk_delta,
    message_answer,
)
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.web.errors import openai_error
from llm_router.web.event_stream import event


@dataclass(frozen=True, slots=True)
class ChatForm:
    """An `AnswerForm` for one request."""

    request: ChatCompletionRequest
    request_id: str

    def whole(self, done: Completed, note: RouterNote, created: int) -> ChatCompletion:
        """The completion."""
        return ChatCompletion(
            id=self._id,
            created=created,
            model=done.model.id,
            choices=[Choice(message=message_answer(done.answer), finish_reason=done.answer.stop)],
            usage=UsageAnswer.of(done.bill.usage),
            router=note,
        )

    async def events(
        self, pieces: Chunks, stream: Stream, note: RouterNote, created: int
    ) -> AsyncGenerator[bytes, None]:
        """The chunks of one completion. What it rests on comes once, with why it ended: OpenAI's SDK cannot add up
        more."""
        first = True

        def chunk(choices: list[ChunkChoice], usage: UsageAnswer | None = None) -> bytes:
            told = note if first else None
            made = ChatCompletionChunk(
                id=self._id, created=created, model=stream.model.id, choices=choices, usage=usage, router=told
            )
            return event(made.model_dump_json())

        stopped: ChatChunk | None = None
        cited: tuple[Citation, ...] = ()
        try:
            async for piece in pieces:
                cited = piece.citations or cited
                says = piece.text or piece.refusal or piece.reasoning or piece.tool_calls
                if says or first:
                    yield chunk([ChunkChoice(delta=chunk_delta(replace(piece, citations=()), first=first))])
                    first = False
                stopped = piece if piece.stop is not None else stopped
        except ProviderFailed as broken:
            yield self.cut_off(broke_off(stream, broken))
            return
        if stopped is not None:
            last = chunk_delta(ChatChunk(citations=cited), first=False)
            yield chunk([ChunkChoice(delta=last, finish_reason=stopped.stop)])
        if self._with_usage and stream.bill is not None:
            yield chunk([], UsageAnswer.of(stream.bill.usage))
        yield event("[DONE]")

    def cut_off(self, error: RouterError) -> bytes:
        """An event with the error alone."""
        return event(openai_error(error))

    @property
    def _id(self) -> str:
        return f"chatcmpl-{self.request_id}"

    @property
    def _with_usage(self) -> bool:
        return self.request.stream_options is not None and self.request.stream_options.include_usage
