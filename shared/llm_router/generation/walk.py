"""The walk along a ranking: the one retry loop there is, under one deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from llm_router.catalogue.entry import ModelEntry
from llm_router.defects import where
from llm_router.errors import BudgetExceeded, RouterError, TooDear
from llm_router.generation.attempt import Attempt
from llm_router.generation.cooling import Cooling
from llm_router.generation.limit import NEARLY, Limit
from llm_router.generation.provider import Failure, Provider, ProviderFailed, Providers
from llm_router.generation.verdict import verdict
from llm_router.ports import Clock

T = TypeVar("T")
MakeAttempt = Callable[[Provider, ModelEntry, Limit], Awaitable[T]]
"""With the provider, the model, and how long it may take."""

TakesS = Callable[[ModelEntry], float]
"""Seconds that a model is expected to take; 0 where nobody knows."""

ROUGHLY = 1.25
"""How many times as long as it is expected to an answer may well take: speeds are known only roughly."""

SPARE_S = 2.0
"""What is kept of a deadline to tell whoever waits what came of it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often. An attempt has what is left but `spare_s`; at most `attempt_s` while nothing has come of
    it and there is another model that could be asked. One that is expected to take about as long or longer has what it
    may well take, but for what another needs that would still be done after it. Where no other would, it is cut off at
    `attempt_s` all the same for one that is done after that, and else has all that is left."""

    attempts: int = 3
    attempt_s: float = 10.0
    spare_s: float = SPARE_S


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
        while (model := self._next(left, journal, terms)) is not None:
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
                cut_short = limit.was_too_short(failure, terms.takes_s(model))
                if cut_short:
                    self.cooling.ran_out(model)
                else:
                    self.cooling.failed(model, failure)
                journal.append(replace(self._noted(model, limit, failure), cut_short=cut_short))
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
        most = self._left_s(terms)
        is_last = len(_made(journal)) >= self.patience.attempts - 1
        others = [] if is_last else [each for each in left if self.cooling.wait_s(each) <= 0]
        return Limit(self.clock, self._cut_s(model, others, terms, most), most)

    def _cut_s(self, model: ModelEntry, others: list[ModelEntry], terms: Terms, most: float) -> float:
        """After how many seconds of the most that there are one of the others is asked: the latest by which one would
        be done that the model leaves its time to."""
        takes_s, plain = terms.takes_s(model), min(self.patience.attempt_s, most)
        slow = takes_s * ROUGHLY > self.patience.attempt_s
        theirs = [(each, most - terms.takes_s(each)) for each in others]
        after_it = [(each, min(takes_s * ROUGHLY, until)) for each, until in theirs if slow and takes_s <= until]
        cuts = [cut for each, cut in after_it if terms.affords(each, model, cut)]
        if cuts:
            return max(cuts)
        could = any((not slow or plain <= until) and terms.affords(each, model, plain) for each, until in theirs)
        return plain if could else most

    def _left_s(self, terms: Terms) -> float:
        return terms.until - self.clock.monotonic() - self.patience.spare_s

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

    def _next(self, left: list[ModelEntry], journal: list[Attempt], terms: Terms) -> ModelEntry | None:
        """The next model that may be asked: after a first attempt one that is expected to be done in what is left, if
        any. The last attempt goes to a provider that has not failed yet, if any of those has not."""
        made = _made(journal)
        if len(made) >= self.patience.attempts:
            return None
        if made:
            is_last = len(made) == self.patience.attempts - 1
            failed = {attempt.provider for attempt in made} if is_last else set()
            left_s = self._left_s(terms)
            left.sort(key=lambda model: (NEARLY * terms.takes_s(model) > left_s, model.provider in failed))
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
        wait_s = min((wait for model in models if (wait := self.cooling.wait_s(model)) > 0), default=1.0)
        return verdict(journal, late=self._left_s(terms) <= 0, named=terms.named, wait_s=wait_s)


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
