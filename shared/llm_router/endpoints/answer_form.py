"""The protocols in which callers ask, as far as they tell the same answer differently."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from pydantic import BaseModel

from llm_router.errors import RouterError, UpstreamError, UpstreamTimeout
from llm_router.generation.bill import Bill
from llm_router.generation.generator import Completed, Stream
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.stops import Chunks
from llm_router.schemas.chat_answer import RouterNote


class AnswerForm(Protocol):
    """How one request is answered. `created` is the answer's time in seconds."""

    def whole(self, done: Completed, note: RouterNote, created: int) -> BaseModel:
        """The whole answer."""
        ...

    def events(self, pieces: Chunks, stream: Stream, note: RouterNote, created: int) -> AsyncGenerator[bytes, None]:
        """The events of a stream whose `pieces` these are, to the last one, which says how it ended."""
        ...

    def cut_off(self, error: RouterError) -> bytes:
        """What ends a stream that this stops in its midst; nothing where the protocol has told its end already."""
        ...


def broke_off(stream: Stream, broken: ProviderFailed) -> RouterError:
    """Why a stream ends that its provider has not ended."""
    kind = UpstreamTimeout if broken.failure is Failure.TIMEOUT else UpstreamError
    return kind(f"{stream.model.id} broke off in the middle of its answer ({broken.failure}).")


def with_cost(note: RouterNote, bill: Bill | None) -> RouterNote:
    """What the router did, at the end of a stream, where its cost is known."""
    return note if bill is None else note.model_copy(update={"cost_usd": round(bill.usd, 10)})
