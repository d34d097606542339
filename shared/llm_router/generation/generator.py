"""Generating an answer: money set aside, models asked in their order, what came of it booked and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from llm_router.budgets import Budgets, Reservation
from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import StoreUnavailable
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, Usage
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.generation.outcome import Attempt, Outcome, OutcomeObserver
from llm_router.generation.provider import Failure, Provider, ProviderFailed
from llm_router.generation.stops import Chunks, ended, until_a_stop
from llm_router.generation.walk import Reached, Walk
from llm_router.ports import Clock

PAUSE_S = 10.0
"""How long a stream may be silent after its first piece; a sign of life counts as one."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A whole answer, whose it is, what it cost, and every attempt that led to it."""

    model: ModelEntry
    answer: ChatAnswer
    bill: Bill
    attempts: tuple[Attempt, ...]


@dataclass(slots=True)
class Stream:
    """An answer that has begun. `pieces` ends with `ProviderFailed` when it breaks; `bill` is there at its end."""

    model: ModelEntry
    attempts: tuple[Attempt, ...]
    pieces: Chunks = field(init=False)
    bill: Bill | None = None


Begun = tuple[ChatChunk, Chunks]
"""The first piece of an answer, and the rest of it."""


@dataclass(slots=True)
class _Written:
    """What a stream has brought so far, as far as a bill and an outcome need it."""

    first_ms: float
    text: list[str] = field(default_factory=list)
    thought: bool = False
    usage: Usage | None = None
    stopped: bool = False

    def take(self, chunk: ChatChunk) -> None:
        self.text += [chunk.text, chunk.refusal, chunk.reasoning, *(delta.arguments for delta in chunk.tool_calls)]
        self.thought = self.thought or bool(chunk.reasoning)
        self.usage = chunk.usage or self.usage
        self.stopped = self.stopped or chunk.stop is not None

    def must_have_stopped(self) -> None:
        """Raises `ProviderFailed` for a stream that ended without saying why."""
        if not self.stopped:
            raise ProviderFailed(Failure.GARBAGE)


@dataclass(frozen=True)
class Generator:
    """Turns jobs into answers. Raises what `Walk.first` raises, and `BudgetExceeded`."""

    walk: Walk
    budgets: Budgets
    outcomes: OutcomeObserver
    clock: Clock
    warn: Callable[[str], None]

    async def whole(self, job: Job) -> Generated:
        """The whole answer of the first model that gives one."""
        reservation, lost = self._reserve(job), Lost(job)

        async def ask(provider: Provider, model: ModelEntry, seconds: float) -> ChatAnswer:
            self._cover(reservation, job, model)
            return await provider.complete(_name(model), job.asked_of(model), seconds)

        usd = 0.0
        try:
            reached = await self.walk.first(job.models, ask, until=job.until, tell=self._failed(job, lost))
            self.walk.cooling.succeeded(reached.model)
            answer = ended(reached.found, job.request.stop)
            written = "".join((answer.text, answer.reasoning or "", *(call.arguments for call in answer.tool_calls)))
            bill = Bill.of(job, reached.model, answer.usage, written, thoughts_seen=bool(answer.reasoning))
            usd = bill.usd
            answer = replace(answer, usage=bill.usage)
        finally:
            self._settle(reservation, usd + lost.usd)
        self._told(job, reached.model, bill, first_ms=None, ms=reached.attempts[-1].ms)
        return Generated(reached.model, answer, bill, reached.attempts)

    async def stream(self, job: Job) -> Stream:
        """The first answer that begins. Until then other models are tried; after it there is no turning back."""
        reservation, lost = self._reserve(job), Lost(job)

        async def ask(provider: Provider, model: ModelEntry, seconds: float) -> Begun:
            self._cover(reservation, job, model)
            pieces = _pieces(provider, model, job, PAUSE_S)
            if job.request.stop:
                pieces = until_a_stop(pieces, job.request.stop)
            return await _first(pieces), pieces

        try:
            reached = await self.walk.first(job.models, ask, until=job.first_until, tell=self._failed(job, lost))
        except BaseException:
            self._settle(reservation, lost.usd)
            raise
        stream = Stream(reached.model, reached.attempts)
        stream.pieces = self._follow(job, reached, stream, reservation, lost)
        return stream

    async def _follow(
        self, job: Job, reached: Reached[Begun], stream: Stream, reservation: Reservation | None, lost: Lost
    ) -> Chunks:
        """Pass the pieces on; when they end, however they do, book what was written and tell how it went.

        Only a stream that ends as it should speaks for the model: one that always breaks must be left alone some day.
        """
        first, rest = reached.found
        written = _Written(first_ms=reached.attempts[-1].ms)
        started = self.clock.monotonic()
        failure: Failure | None = None
        try:
            written.take(first)
            yield first
            while (chunk := await self._next(rest, job)) is not None:
                if chunk != ALIVE:
                    written.take(chunk)
                    yield chunk
            written.must_have_stopped()
            self.walk.cooling.succeeded(reached.model)
        except ProviderFailed as broken:
            failure = broken.failure
            self.walk.cooling.failed(reached.model, broken)
            raise
        finally:
            await rest.aclose()
            text = "".join(written.text)
            bill = stream.bill = Bill.of(job, reached.model, written.usage, text, thoughts_seen=written.thought)
            self._settle(reservation, bill.usd + lost.usd)
            ms = written.first_ms + (self.clock.monotonic() - started) * 1000
            # What was thought before the first piece took no time of the writing.
            unseen = 0 if written.thought else bill.usage.reasoning_tokens
            self._told(job, reached.model, bill, first_ms=written.first_ms, ms=ms, failure=failure, unseen=unseen)

    async def _next(self, rest: Chunks, job: Job) -> ChatChunk | None:
        """The next piece or sign of life, or None at the end. Raises `ProviderFailed` when the deadline or the pause is
        over.

        The provider itself keeps to the pause, so a timer of our own is set only where the deadline comes first: one
        for each of thousands of pieces a second would cost a tenth of their time.
        """
        left = job.until - self.clock.monotonic()
        if left > PAUSE_S:
            return await anext(rest, None)
        try:
            async with asyncio.timeout(max(0.0, left)):
                return await anext(rest, None)
        except TimeoutError:
            raise ProviderFailed(Failure.TIMEOUT) from None

    def _reserve(self, job: Job) -> Reservation | None:
        if job.key is None:
            return None
        return self.budgets.reserve(job.key, job.most_usd(job.models[0])) if job.models else None

    def _cover(self, reservation: Reservation | None, job: Job, model: ModelEntry) -> None:
        if reservation is not None:
            reservation.cover(job.most_usd(model))

    def _settle(self, reservation: Reservation | None, usd: float) -> None:
        """One that is never written leaves the reservation standing: too much is booked, never too little."""
        if reservation is None:
            return
        try:
            reservation.settle(usd)
        except StoreUnavailable as failure:
            self.warn(f"A call may stay booked at the most that it could cost: {failure.message}")

    def _failed(self, job: Job, lost: Lost) -> Callable[[Attempt], None]:
        def tell(attempt: Attempt) -> None:
            lost.count(attempt)
            told = Outcome(attempt.model, attempt.provider, attempt.ms, attempt.failure, job.label)
            self.outcomes.observe_outcome(told)

        return tell

    def _told(
        self,
        job: Job,
        model: ModelEntry,
        bill: Bill,
        *,
        first_ms: float | None,
        ms: float,
        failure: Failure | None = None,
        unseen: int = 0,
    ) -> None:
        writing_ms = ms - (first_ms or 0.0)
        speed = (bill.usage.completion_tokens - unseen) * 1000 / writing_ms if writing_ms > 0 else None
        self.outcomes.observe_outcome(
            Outcome(
                model=model.id,
                provider=model.provider,
                ms=ms,
                failure=failure,
                label=job.label,
                first_token_ms=first_ms,
                tokens_per_second=speed,
            )
        )


async def _pieces(provider: Provider, model: ModelEntry, job: Job, seconds: float) -> Chunks:
    async for chunk in provider.stream(_name(model), job.asked_of(model), seconds):
        yield chunk


async def _first(pieces: Chunks) -> ChatChunk:
    """The first piece that says something. Raises `ProviderFailed` for a stream without any."""
    async for chunk in pieces:
        if chunk != ALIVE:
            return chunk
    raise ProviderFailed(Failure.GARBAGE)


def _name(model: ModelEntry) -> str:
    """What the provider's API calls the model."""
    return model.api_alias or model.id.partition("/")[2] or model.id
