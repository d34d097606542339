"""Messages as Anthropic's clients read them, whole and as a stream: events with names, and no `[DONE]`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from llm_router.endpoints.answer_form import broke_off, with_cost
from llm_router.endpoints.message_blocks import MessageWriter
from llm_router.endpoints.output import Output
from llm_router.errors import RouterError
from llm_router.generation.chat import Usage
from llm_router.generation.completion import NOTHING
from llm_router.generation.generator import Completed, Stream
from llm_router.generation.provider import ProviderFailed
from llm_router.generation.stops import Chunks
from llm_router.schemas.anthropic_answer import AnswerBlock, AnthropicMessage, MessageUsage, StopWord, stop_word
from llm_router.schemas.anthropic_event import MessageDelta, MessageEvent
from llm_router.schemas.anthropic_request import MessagesRequest
from llm_router.schemas.chat_answer import RouterNote
from llm_router.web.errors import anthropic_error
from llm_router.web.event_stream import event


@dataclass(slots=True)
class MessageForm:
    """An `AnswerForm` for one request."""

    request: MessagesRequest
    request_id: str
    _output: Output[MessageEvent, AnswerBlock] = field(init=False)
    _ended: bool = False

    def __post_init__(self) -> None:
        self._output = Output(MessageWriter(self.request_id), tells_thoughts=self.request.tells_thoughts)

    def whole(self, done: Completed, note: RouterNote, created: int) -> AnthropicMessage:
        """The message."""
        content = self._output.whole(done.answer)
        return self._message(content, self._stop, self._output.stopped_at, done.bill.usage, note)

    async def events(
        self, pieces: Chunks, stream: Stream, note: RouterNote, created: int
    ) -> AsyncGenerator[bytes, None]:
        """The events of one message. What its provider counted, and what it cost, is told with its end."""
        output = self._output
        yield _told(MessageEvent(type="message_start", message=self._message([], None, None, NOTHING, note)))
        try:
            async for piece in pieces:
                for each in output.take(piece):
                    yield _told(each)
        except ProviderFailed as broken:
            yield self.cut_off(broke_off(stream, broken))
            self._ended = True
            return
        for each in output.end():
            yield _told(each)
        bill = stream.bill
        yield _told(
            MessageEvent(
                type="message_delta",
                delta=MessageDelta(stop_reason=self._stop, stop_sequence=output.stopped_at),
                usage=MessageUsage.of(NOTHING if bill is None else bill.usage),
                router=with_cost(note, bill),
            )
        )
        yield _told(MessageEvent(type="message_stop"))
        self._ended = True  # whoever asks for more has sent what was yielded

    def cut_off(self, error: RouterError) -> bytes:
        """An event with the error alone; none where the end is told already."""
        return b"" if self._ended else event(anthropic_error(error, self.request_id), "error")

    @property
    def _stop(self) -> StopWord:
        output = self._output
        return stop_word(output.stop, output.stopped_at, refused=output.refused, calls=output.calls)

    def _message(
        self,
        content: list[AnswerBlock],
        stop: StopWord | None,
        stopped_at: str | None,
        usage: Usage,
        note: RouterNote,
    ) -> AnthropicMessage:
        return AnthropicMessage(
            id=f"msg_{self.request_id}",
            model=note.model,
            content=content,
            stop_reason=stop,
            stop_sequence=stopped_at,
            usage=MessageUsage.of(usage),
            router=note,
        )


def _told(told: MessageEvent) -> bytes:
    return event(told.model_dump_json(), told.type)
