"""Generating an answer: money set aside, models asked in their order, what came of it booked and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from llm_router.aside import Aside, here
from llm_router.budgets import Budgets, Reservation
from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import AnswerTooLate, StoreUnavailable, UpstreamTimeout
from llm_router.generation.attempt import UNLABELLED, Attempt, AttemptReport
from llm_router.generation.begun import Begun, begun
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk
from llm_router.generation.job import Job
from llm_router.generation.limit import Limit
from llm_router.generation.lost import Lost
from llm_router.generation.one_call import kept_to, piece_kept_to
from llm_router.generation.provider import Failure, Provider, ProviderFailed
from llm_router.generation.reports import of_answer, of_attempt
from llm_router.generation.silence import Silence
from llm_router.generation.stops import Chunks, ended
from llm_router.generation.uncalled import must_say_something
from llm_router.generation.walk import Reached, TakesS, Terms, Walk
from llm_router.generation.written import Written
from llm_router.ports import Clock

PAUSE_S = 10.0
"""How long a stream may be silent after its first piece; a sign of life counts as one."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A whole answer, whose it is, what it cost, and every attempt that led to it. One from the cache cost nothing and
    nobody was asked for it. `similarity` is how near the question is that it was given to, where that was another.
    """

    model: ModelEntry
    answer: ChatAnswer
    bill: Bill
    attempts: tuple[Attempt, ...] = ()
    cached: bool = False
    similarity: float | None = None


@dataclass(slots=True)
class Stream:
    """An answer that has begun. `pieces` ends with `ProviderFailed` when it breaks; `bill` is there at its end, and
    when they are closed, though nobody has taken one."""

    model: ModelEntry
    attempts: tuple[Attempt, ...]
    pieces: Chunks = field(init=False)
    bill: Bill | None = None


@dataclass(frozen=True)
class Generator:
    """Turns jobs into answers; what asks the store on the way is done `aside`. Raises what `Walk.first` raises, and
    `BudgetExceeded`. `report` hears of every attempt, failed ones included; it never raises."""

    walk: Walk
    budgets: Budgets
    report: Callable[[AttemptReport], None]
    clock: Clock
    warn: Callable[[str], None]
    aside: Aside = here

    async def whole(self, job: Job, takes_s: TakesS) -> Completed:
        """The whole answer of the first model that gives one; `takes_s` is how long each is expected to take. Raises
        `AnswerTooLate` where none came in time and one had less than it was expected to take."""
        reservation, lost = await self._reserve(job), Lost(job)

        async def ask(provider: Provider, model: ModelEntry, limit: Limit) -> ChatAnswer:
            answer = await provider.complete(model.api_name, lost.rest.asked_of(model), limit.seconds)
            lost.written = Written.whole(answer)
            must_say_something(job.request, answer)
            return answer

        usd = 0.0
        try:
            terms = self._terms(job, reservation, job.until, lost, lambda model: max(takes_s(model), _begins_s(model)))
            reached = await self.walk.first(job.models, ask, terms)
            self.walk.cooling.succeeded(reached.model)
            bill = lost.written.bill(lost.rest, reached.model)
            usd = bill.usd
            answer = replace(kept_to(job.request, ended(reached.found, job.request.stop)), usage=bill.usage)
        except UpstreamTimeout as late:
            if lost.cut_short:
                raise AnswerTooLate(late.message) from None
            raise
        finally:
            await self._settle(reservation, usd + lost.usd)
        await self._tell(of_answer(job, reached.model, bill, first_ms=None, ms=reached.attempts[-1].ms))
        return Completed(reached.model, answer, bill, reached.attempts)

    async def stream(self, job: Job) -> Stream:
        """The first answer that begins. Until then other models are tried; after it there is no turning back."""
        reservation, lost = await self._reserve(job), Lost(job)

        async def ask(provider: Provider, model: ModelEntry, limit: Limit) -> Begun:
            lost.written = Written(now=self.clock.monotonic)
            pieces = _pieces(provider, model, lost.rest, max(PAUSE_S, limit.most_s))
            return await begun(pieces, job.request, limit, lost.written)

        try:
            terms = self._terms(job, reservation, min(job.first_until, job.until), lost, _begins_s)
            reached = await self.walk.first(job.models, ask, terms)
        except BaseException:
            await self._settle(reservation, lost.usd)
            raise
        stream = Stream(reached.model, reached.attempts)
        stream.pieces = self._follow(job, reached, stream, reservation, lost)
        await anext(stream.pieces)
        return stream

    async def _follow(
        self, job: Job, reached: Reached[Begun], stream: Stream, reservation: Reservation | None, lost: Lost
    ) -> Chunks:
        """Pass the pieces on, behind one that only begins: what has not begun does nothing when it is closed. When they
        end, however they do, book what was written and tell how it went.

        Only a stream that ends as it should speaks for the model: one that always breaks must be left alone some day.
        One that was still being written when its time was over, or that its caller left, says nothing of it.
        """
        found, silence = reached.found, Silence()
        rest, written = found.rest, found.written
        first_ms, started = reached.attempts[-1].ms, self.clock.monotonic()
        stopped = found.first.stop is not None
        failure: Failure | None = None
        cut_short = False
        try:
            yield ALIVE
            yield piece_kept_to(job.request, found.first)
            while (chunk := await self._next(reached.model, rest, job, silence)) is not None:
                if chunk != ALIVE:
                    stopped = stopped or chunk.stop is not None
                    yield piece_kept_to(job.request, chunk)
            _must_have_stopped(stopped)
            self.walk.cooling.succeeded(reached.model)
        except ProviderFailed as broken:
            failure = broken.failure
            cut_short = failure is Failure.TIMEOUT and self.clock.monotonic() >= job.until
            if cut_short:
                self.walk.cooling.not_asked(reached.model)
            else:
                self.walk.cooling.failed(reached.model, broken)
            raise
        except BaseException:
            self.walk.cooling.not_asked(reached.model)
            raise
        finally:
            silence.close()
            await rest.aclose()
            bill = stream.bill = written.bill(lost.rest, reached.model)
            await self._settle(reservation, bill.usd + lost.usd)
            ms = first_ms + (self.clock.monotonic() - started) * 1000
            unseen = written.unseen(bill)
            told = of_answer(job, reached.model, bill, first_ms=first_ms, ms=ms, failure=failure, unseen=unseen)
            await self._tell(replace(told, cut_short=cut_short))

    async def _next(self, model: ModelEntry, rest: Chunks, job: Job, silence: Silence) -> ChatChunk | None:
        """The next piece or sign of life, or None at the end. Raises `ProviderFailed` when the deadline or the pause is
        over, as the provider was given as long for a pause as it had to begin, and for a defect in reading it.
        """
        left = job.until - self.clock.monotonic()
        try:
            return await silence.bounded(anext(rest, None), max(0.0, min(PAUSE_S, left)))
        except ProviderFailed:
            raise
        except TimeoutError:
            raise ProviderFailed(Failure.TIMEOUT) from None
        except Exception as defect:  # noqa: BLE001 - whoever reads the stream is told that it broke
            raise self.walk.defective(model, defect) from None

    async def _reserve(self, job: Job) -> Reservation | None:
        if (key := job.key) is None or not job.models:
            return None
        return await self.aside(lambda: self.budgets.reserve(key, job.most_usd(job.models[0])))

    async def _settle(self, reservation: Reservation | None, usd: float) -> None:
        """One that is never written leaves the reservation standing: too much is booked, never too little."""
        if reservation is None:
            return

        def settle() -> None:
            try:
                reservation.settle(usd)
            except StoreUnavailable as failure:
                self.warn(f"A call may stay booked at the most that it could cost: {failure.message}")

        await self.aside(settle)

    def _terms(self, job: Job, reservation: Reservation | None, until: float, lost: Lost, takes_s: TakesS) -> Terms:
        async def tell(attempt: Attempt) -> None:
            lost.count(attempt)
            await self._tell(of_attempt(attempt, job.label))

        async def cover(model: ModelEntry) -> None:
            lost.must_leave_enough_for(model)
            if reservation is not None and (most := lost.usd + lost.rest.most_usd(model)) > reservation.usd:
                await self.aside(lambda: reservation.cover(most))

        return Terms(until, tell, lost.count, takes_s, job.label == UNLABELLED, cover, lost.affords)

    async def _tell(self, told: AttemptReport) -> None:
        await self.aside(lambda: self.report(told))


async def _pieces(provider: Provider, model: ModelEntry, job: Job, seconds: float) -> Chunks:
    async for chunk in provider.stream(model.api_name, job.asked_of(model), seconds):
        yield chunk


def _must_have_stopped(stopped: bool) -> None:
    """Raises `ProviderFailed` for a stream that ended without saying why."""
    if not stopped:
        raise ProviderFailed(Failure.GARBAGE)


def _begins_s(model: ModelEntry) -> float:
    """Seconds to its first token as they were measured; 0 where nobody has."""
    return (model.latency.time_to_first_token_ms or 0.0) / 1000
