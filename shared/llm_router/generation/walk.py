"""The walk along a ranking: the one retry loop there is, under one deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from llm_router.catalogue.entry import ModelEntry
from llm_router.defects import where
from llm_router.errors import (
    BudgetExceeded,
    ErrorCode,
    InvalidRequest,
    RateLimited,
    RouterError,
    TooDear,
    Unavailable,
    UpstreamError,
    UpstreamTimeout,
)
from llm_router.generation.attempt import Attempt
from llm_router.generation.cooling import Cooling
from llm_router.generation.limit import Limit
from llm_router.generation.provider import Failure, Provider, ProviderFailed, Providers
from llm_router.ports import Clock

T = TypeVar("T")
MakeAttempt = Callable[[Provider, ModelEntry, Limit], Awaitable[T]]
"""With the provider, the model, and how long it may take."""

TakesS = Callable[[ModelEntry], float]
"""Seconds that a model is expected to take; 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often. An attempt has what is left but `spare_s`; at most `attempt_s` while nothing has come of
    it and there is another model that could be asked."""

    attempts: int = 3
    attempt_s: float = 10.0
    spare_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a walk keeps to. `until` is the deadline on the monotonic clock; `tell` hears of each failure, `dropped` of
    the attempt that was in progress when nobody waited any more. The only model may have been `named` by the caller.
    `cover` sees to the money before a model is asked, and raises `BudgetExceeded` or, where what the caller wants to
    pay is too little, `NoEligibleModel`. `affords` tells whether a model could be asked for what the caller wants to
    pay after another was cut off so many seconds later."""

    until: float
    tell: Callable[[Attempt], Awaitable[None]]
    dropped: Callable[[Attempt], None]
    takes_s: TakesS
    named: bool
    cover: Callable[[ModelEntry], Awaitable[None]]
    affords: Callable[[ModelEntry, ModelEntry, float], bool]


@dataclass(frozen=True, slots=True)
class Reached(Generic[T]):
    """The model that answered, its answer, and everything that was tried on the way."""

    model: ModelEntry
    found: T
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class Walk:
    """Asks ranked models one after the other until one answers. Never waits for one that is cooling.

    `warn` hears where a defect in speaking to a provider lies.
    """

    providers: Providers
    cooling: Cooling
    clock: Clock
    warn: Callable[[str], None]
    patience: Patience = Patience()

    async def first(self, models: Sequence[ModelEntry], attempt: MakeAttempt[T], terms: Terms) -> Reached[T]:
        """The first success.

        Whether the model has done well is for the caller to say to `cooling`: a stream has only begun. One that was
        given less time than it was expected to take has not done badly, unless that goes on.

        Raises `UpstreamTimeout`, `UpstreamError`, `Unavailable` or, for a model that was named, `RateLimited`, and
        `InvalidRequest` when nobody who was asked takes the request; once two providers do not, no more are asked. A
        model that there is too little money for is passed over, and why is raised once nobody else is left, what a
        budget says first: of the caller's own bound, with the least that would do, only where it left out all, since
        it may be enough for one that failed or cools. What else is raised of the router's own errors ends the walk.
        Messages hold model ids and codes, nothing that a provider sent.
        """
        journal: list[Attempt] = []
        left = list(models)
        too_dear: BudgetExceeded | TooDear | None = None
        while (model := self._next(left, journal)) is not None:
            if (refusal := await self._uncovered(model, terms)) is not None:
                too_dear = _first_told(too_dear, refusal)
                continue
            limit = self._limit(model, left, journal, terms)
            if limit.seconds <= 0:
                self.cooling.not_asked(model)
                break
            try:
                found = await self._attempt(model, attempt, limit)
            except asyncio.CancelledError:
                self.cooling.not_asked(model)
                terms.dropped(self._noted(model, limit, ProviderFailed(Failure.TIMEOUT)))
                raise
            except ProviderFailed as failure:
                if limit.was_too_short(failure, terms.takes_s(model)):
                    self.cooling.ran_out(model)
                else:
                    self.cooling.failed(model, failure)
                journal.append(self._noted(model, limit, failure))
                await terms.tell(journal[-1])
                if _refused_twice(journal):
                    break
            else:
                journal.append(self._noted(model, limit, None))
                return Reached(model, found, tuple(journal))
        else:
            if too_dear is not None and not left and (isinstance(too_dear, BudgetExceeded) or not journal):
                raise too_dear
        raise self._verdict(models, journal, terms)

    async def _uncovered(self, model: ModelEntry, terms: Terms) -> BudgetExceeded | TooDear | None:
        """Why there is too little money for a model, if there is."""
        try:
            await terms.cover(model)
        except (BudgetExceeded, TooDear) as refusal:
            self.cooling.not_asked(model)
            return refusal
        except BaseException:
            self.cooling.not_asked(model)
            raise
        return None

    def _limit(self, model: ModelEntry, left: list[ModelEntry], journal: list[Attempt], terms: Terms) -> Limit:
        """Of the attempt with this model after those of the journal, where these are left to be asked after it."""
        most = terms.until - self.clock.monotonic() - self.patience.spare_s
        cut = min(self.patience.attempt_s, most)
        is_last = len(_made(journal)) >= self.patience.attempts - 1
        others = not is_last and any(
            self.cooling.wait_s(each) <= 0 and terms.affords(each, model, cut) for each in left
        )
        return Limit(self.clock, cut if others else most, most)

    async def _attempt(self, model: ModelEntry, attempt: MakeAttempt[T], limit: Limit) -> T:
        """Raises `ProviderFailed` whatever goes wrong with the provider, a defect in how it is spoken to included."""
        provider = self.providers.find(model.provider)
        if provider is None:
            raise ProviderFailed(Failure.REFUSED)
        try:
            async with limit.kept():
                return await attempt(provider, model, limit)
        except (ProviderFailed, RouterError):
            raise
        except Exception as defect:  # noqa: BLE001 - another model may answer all the same
            raise self.defective(model, defect) from None

    def defective(self, model: ModelEntry, defect: Exception) -> ProviderFailed:
        """What a defect in how a model is spoken to counts as, whose place is told."""
        self.warn(f"A defect in asking {model.id}: {' '.join(where(defect))}")
        return ProviderFailed(Failure.SERVER_ERROR)

    def _next(self, left: list[ModelEntry], journal: list[Attempt]) -> ModelEntry | None:
        """The next model that may be asked. The last attempt goes to a provider that has not failed yet, if any."""
        made = _made(journal)
        if len(made) >= self.patience.attempts:
            return None
        if len(made) == self.patience.attempts - 1:
            failed = {attempt.provider for attempt in made}
            left.sort(key=lambda model: model.provider in failed)
        while left:
            model = left.pop(0)
            if self.cooling.admits(model):
                return model
            journal.append(Attempt(model.id, model.provider, cooling=True))
        return None

    def _noted(self, model: ModelEntry, limit: Limit, failure: ProviderFailed | None) -> Attempt:
        ms = (self.clock.monotonic() - limit.started) * 1000
        if failure is None:
            return Attempt(model.id, model.provider, ms)
        return Attempt(model.id, model.provider, ms, failure.failure, failure.status, why=failure.why)

    def _verdict(self, models: Sequence[ModelEntry], journal: list[Attempt], terms: Terms) -> RouterError:
        """The error for a walk that reached nobody."""
        made = [attempt for attempt in journal if attempt.failure is not None]
        kinds = {attempt.failure for attempt in made}
        said = ", ".join(_told(attempt) for attempt in journal) or "none could be asked"
        late = terms.until - self.clock.monotonic() <= self.patience.spare_s
        if kinds and kinds <= {Failure.BAD_REQUEST, Failure.TOO_LONG}:
            return _refusal(said, too_long=Failure.TOO_LONG in kinds)
        if kinds == {Failure.TIMEOUT} or late:
            return UpstreamTimeout(f"No model answered in time ({said}).")
        if kinds <= {Failure.RATE_LIMITED}:
            wait = min((wait for model in models if (wait := self.cooling.wait_s(model)) > 0), default=1.0)
            if terms.named and made:
                return RateLimited(
                    f"The model's provider takes no more requests now ({said}); try again later.",
                    code=ErrorCode.UPSTREAM_RATE_LIMITED,
                    retry_after_s=wait,
                )
            return Unavailable(
                f"No model may be asked now ({said}); try again later.",
                code=ErrorCode.UPSTREAM_UNAVAILABLE,
                retry_after_s=wait,
            )
        return UpstreamError(f"No model answered ({said}).")


def _first_told(before: BudgetExceeded | TooDear | None, now: BudgetExceeded | TooDear) -> BudgetExceeded | TooDear:
    """Of two refusals the one that is to be told: a budget's, else the nearer bound."""
    if before is None or isinstance(before, BudgetExceeded):
        return before or now
    return now if isinstance(now, BudgetExceeded) or now.enough_usd < before.enough_usd else before


def _made(journal: list[Attempt]) -> list[Attempt]:
    return [attempt for attempt in journal if not attempt.cooling]


def _refused_twice(journal: list[Attempt]) -> bool:
    """By two providers: one may lack what another has."""
    return len({attempt.provider for attempt in journal if attempt.failure is Failure.BAD_REQUEST}) >= 2


def _refusal(said: str, *, too_long: bool) -> InvalidRequest:
    """The error for a request that nobody who was asked takes."""
    if too_long:
        return InvalidRequest(
            f"The request is longer than the models take ({said}); shorten it, or let a model answer that has a larger "
            "window.",
            code=ErrorCode.CONTEXT_LENGTH_EXCEEDED,
        )
    return InvalidRequest(f"The models do not take this request ({said}).", code=ErrorCode.REQUEST_NOT_ACCEPTED)


def _told(attempt: Attempt) -> str:
    status = "" if attempt.status is None else f" {attempt.status}"
    why = "" if attempt.why is None else f", {attempt.why}"
    return f"{attempt.model}: {attempt.outcome}{status}{why}"
