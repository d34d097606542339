"""From a request to a job: which models may answer it, in which order, and how long the answer may be."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.reader import CatalogueReader
from llm_router.client_keys import ClientKey
from llm_router.errors import ErrorCode, Forbidden, InvalidRequest, NoEligibleModel, Unavailable
from llm_router.generation.attempt import UNLABELLED, Label
from llm_router.generation.auto import no_such_model
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.cooling import Cooling
from llm_router.generation.job import Job
from llm_router.generation.named import must_meet
from llm_router.generation.pictures import most_beyond
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Providers, nobody
from llm_router.generation.sparing import WhyNot, spared
from llm_router.generation.walk import SPARE_S, TakesS
from llm_router.ports import Clock
from llm_router.ranking.constraints import not_allowed
from llm_router.ranking.rank import Outlook
from llm_router.ranking.task import Dearest
from llm_router.ranking.tokens import NO_TEXT, Reading, reading_of, together
from llm_router.recommend import Ask, Decision, Recommender, task_of

WHOLE_S = 25.0
"""For a generation in all; an HTTP API of AWS's gives up after 30 s."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A job, the decision that its order of models comes from, which is None where the caller named the model, and how
    long a whole answer takes: as the ranking expects or, of a model that was named, at its longest."""

    job: Job
    decision: Decision | None
    takes_s: TakesS


@dataclass(slots=True)
class Dispatcher:
    """Makes jobs. `longest` bounds every answer in tokens, whatever a caller asks for: it is the operator's money.

    `thinks` tells whether a request, as it is put to a model, makes it think, `can_force` whether a model can be made
    to call a tool, and `why_not` why one that is not text alone cannot be put to a provider.
    """

    recommender: Recommender
    catalogues: CatalogueReader
    providers: Providers
    cooling: Cooling
    clock: Clock
    longest: int
    thinks: Callable[[ModelEntry, ChatRequest], bool]
    can_force: Callable[[ModelEntry], bool]
    why_not: WhyNot
    _unconfigured: tuple[Catalogue, Mapping[str, str]] | None = field(default=None, repr=False)

    def bounded(self, max_tokens: int | None) -> int:
        """How long an answer may be when so much is asked for."""
        return self.longest if max_tokens is None else min(max_tokens, self.longest)

    def routed(
        self, ask: Ask, request: ChatRequest, key: ClientKey | None, seconds: float = WHOLE_S, *, whole: bool = True
    ) -> Routed:
        """By ranking all models that are configured here, that the key allows, that have not just failed, where a tool
        must be called, that can be made to and, where the answer is to be whole, that are expected to end in time.

        A ranking tells of the best ones alone: were those of a provider that is down among them, they could fill it,
        and nobody else would be asked. Where nothing else is left, they are ranked all the same.

        Raises `NoEligibleModel`, `InvalidRequest`, or `Unavailable` when no provider is configured at all.
        """
        _must_be_sized(ask, key)
        until = self.clock.monotonic() + seconds
        active, limit = self.catalogues.in_force().catalogue.active(), ask.constraints.max_cost_usd
        otherwise, media = self._thinks_otherwise(request, active), ask.conversation.media
        ask = replace(ask, thinks_otherwise=otherwise, kept=request.kept)
        if limit is not None and media.assumed:
            ask = replace(ask, dearest=Dearest(partial(most_beyond, media), media.assumed))
        decision = self._decided(ask, request, self._barred(key), seconds - SPARE_S if whole else math.inf)
        found = decision.classified.classification
        label = Label(found.base_category, found.difficulty)
        models = tuple(candidate.model for candidate in decision.ranking.candidates)
        reading = task_of(found, ask.conversation).reading
        job = Job(request, models, reading, until, label, key, limit, self._begun_by(), otherwise, media)
        return Routed(job, decision, partial(_expected_s, decision))

    def _begun_by(self) -> float:
        return self.clock.monotonic() + WHOLE_S

    def _decided(self, ask: Ask, request: ChatRequest, barred: Mapping[str, str], within_s: float) -> Decision:
        ask, catalogue = replace(ask, generated=True), self.catalogues.in_force().catalogue
        resting = self.cooling.resting(catalogue)
        *left_out, untaken = spared(request, catalogue, resting, self.can_force, self.why_not)
        in_time = replace(ask, within_s=within_s)
        # Late is better than resting, since nobody asks who rests; better than both is one that only may call the tool.
        awake = [each for each in (*left_out, untaken) if resting.keys() <= each.keys()] if within_s < math.inf else []
        for asked, each in (*((in_time, each) for each in awake), *((ask, each) for each in left_out)):
            with contextlib.suppress(NoEligibleModel):
                return self.recommender.recommend(replace(asked, barred={**each, **barred}))
        able = replace(ask, barred={**untaken, **barred})
        try:
            return self.recommender.recommend(able)
        except NoEligibleModel:
            if untaken and not self._only_bounds_bind(able):
                with contextlib.suppress(NoEligibleModel):
                    return self.recommender.recommend(replace(ask, barred=barred))
            raise

    def _only_bounds_bind(self, ask: Ask) -> bool:
        """Whether a model would do this if it might cost and take what it does: then its caller is to hear of that,
        and nobody is asked that cannot take the request."""
        if not ask.constraints.bounds_any:
            return False
        free = replace(ask.constraints, max_cost_usd=None, max_latency_ms=None, min_quality=None)
        with contextlib.suppress(NoEligibleModel):
            return bool(self.recommender.recommend(replace(ask, constraints=free, session_id=None)))
        return False

    def pinned(self, name: str, ask: Ask, request: ChatRequest, key: ClientKey | None, seconds: float) -> Routed:
        """To the model of this id or, where only one has it, of this name at its provider.

        Nothing is classified, unless a constraint asks how well or how fast it will be done.

        Raises `NotFound`, `InvalidRequest`, `Forbidden`, `Unavailable` or `NoEligibleModel`.
        """
        model = self.catalogues.in_force().catalogue.find(name)
        if model is None:
            raise no_such_model()
        if not model.active:
            raise InvalidRequest(f"The model {model.id} is {model.status}.", code=ErrorCode.MODEL_NOT_ACTIVE)
        if key is not None and not key.allows(model):
            raise Forbidden(f"This key may not use {model.id}.", code=ErrorCode.MODEL_NOT_ALLOWED)
        missing = self.providers.why_not(model.provider) or self.providers.withheld(model.provider, model.api_name)
        if missing is not None:
            raise Unavailable(f"{model.id} cannot be asked: {missing}.", code=ErrorCode.PROVIDER_NOT_CONFIGURED)
        if key is not None and key.has_budget and cost_usd(model, Usage(1, 1)) is None:
            raise Forbidden(
                f"The price of {model.id} is not known, and this key has a budget.", code=ErrorCode.PRICE_NOT_KNOWN
            )
        _must_be_sized(ask, key)
        text = together(reading_of(turn.text) for turn in ask.conversation.turns)
        unspoken = Reading(ask.conversation.unspoken_tokens, NO_TEXT, ask.conversation.tooled)
        whole = together([text, unspoken])
        until, limit = self.clock.monotonic() + seconds, ask.constraints.max_cost_usd
        otherwise = self._thinks_otherwise(request, [model])
        media = ask.conversation.media
        job = Job(request, (model,), whole, until, UNLABELLED, key, limit, self._begun_by(), otherwise, media)
        must_meet(job, model, ask.constraints, text, self._outlook(job, model, ask))
        return Routed(job, None, partial(self._longest_s, job))

    def routable(self, key: ClientKey | None) -> list[ModelEntry]:
        """The active models that this key could be answered by, in the catalogue's order."""
        catalogue = self.catalogues.in_force().catalogue
        unconfigured = self._without_provider(catalogue)
        return [
            model for model in catalogue.active() if model.id not in unconfigured and (key is None or key.allows(model))
        ]

    def _outlook(self, job: Job, model: ModelEntry, ask: Ask) -> Outlook:
        """As a ranking would expect where a constraint binds any of it, else the best."""
        if ask.constraints.max_latency_ms is None and ask.constraints.min_quality is None:
            return Outlook(wait_ms=0.0, quality=1.0)
        asked = replace(ask, thinks_otherwise=job.thinks_otherwise, kept=job.request.kept)
        return self.recommender.outlook(model, asked)

    def _longest_s(self, job: Job, model: ModelEntry) -> float:
        return self.recommender.takes_s(model, job.asked_of(model).max_tokens or self.longest)

    def _thinks_otherwise(self, request: ChatRequest, models: Iterable[ModelEntry]) -> frozenset[str]:
        """Those that the request makes think though they would not, or keeps from it."""
        if request.reasoning_effort is None and not request.tools:
            return frozenset()
        able = (model for model in models if model.can_think)
        return frozenset(model.id for model in able if self.thinks(model, request) != model.thinks_unasked)

    def _barred(self, key: ClientKey | None) -> Mapping[str, str]:
        """Models that cannot answer here, with the reason."""
        catalogue = self.catalogues.in_force().catalogue
        unconfigured = self._without_provider(catalogue)
        if len(unconfigured) == len(catalogue):
            begun = self.providers.begun()
            withheld = {unconfigured[model.id] for model in catalogue if begun.get(model.provider, "") is None}
            raise Unavailable(nobody(begun, withheld), code=ErrorCode.PROVIDER_NOT_CONFIGURED)
        return unconfigured if key is None else {**not_allowed(key.refused(catalogue)), **unconfigured}

    def _without_provider(self, catalogue: Catalogue) -> Mapping[str, str]:
        held = self._unconfigured
        if held is None or held[0] is not catalogue:
            whys = {provider: self.providers.why_not(provider) for provider in {m.provider for m in catalogue}}
            withheld = self.providers.withheld
            missing = {
                model.id: why
                for model in catalogue
                if (why := whys[model.provider] or withheld(model.provider, model.api_name)) is not None
            }
            held = self._unconfigured = (catalogue, missing)
        return held[1]


def _expected_s(decision: Decision, model: ModelEntry) -> float:
    """0 for a model that was not ranked."""
    return next((each.wait.ms / 1000 for each in decision.ranking.candidates if each.model.id == model.id), 0.0)


def _must_be_sized(ask: Ask, key: ClientKey | None) -> None:
    """Raises `InvalidRequest` where money is bounded and what is to be read for it cannot be counted beforehand."""
    bounded = ask.constraints.max_cost_usd is not None or (key is not None and key.has_budget)
    if bounded and not ask.conversation.is_sized:
        raise InvalidRequest(
            "What this request may cost is bounded, and how much a file holds that is given by its address or id is "
            "not known; send the file itself.",
            code=ErrorCode.FILE_SIZE_NOT_KNOWN,
        )
