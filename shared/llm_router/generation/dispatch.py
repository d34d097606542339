"""From a request to a job: which models may answer it, in which order, and how long the answer may be."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.reader import CatalogueReader
from llm_router.client_keys import ClientKey
from llm_router.errors import Forbidden, InvalidRequest, NoEligibleModel, NotFound, Unavailable
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.cooling import Cooling
from llm_router.generation.job import Job
from llm_router.generation.label import Label
from llm_router.generation.pricing import CHARACTERS_A_TOKEN, cost_usd
from llm_router.generation.provider import Providers
from llm_router.ports import Clock
from llm_router.ranking.constraints import Prospect, violations
from llm_router.ranking.task import Constraints, Task
from llm_router.recommend import Ask, Decision, Recommender, task_of
from llm_router.taxonomy import Difficulty

WHOLE_S = 25.0
"""For a generation in all; an HTTP API of AWS's gives up after 30 s."""

NOTHING_ASKED = Task({}, Difficulty.EASY, 0.0, 0, 0)
"""The task of a request that nobody has classified."""

AUTO = "auto"
_PREFERENCES = {"cheap": 0.0, "best": 1.0}


@dataclass(frozen=True, slots=True)
class Routed:
    """A job, and the decision that its order of models comes from; None where the caller named the model."""

    job: Job
    decision: Decision | None


@dataclass(slots=True)
class Dispatcher:
    """Makes jobs. `longest` bounds every answer in tokens, whatever a caller asks for: it is the operator's money."""

    recommender: Recommender
    catalogues: CatalogueReader
    providers: Providers
    cooling: Cooling
    clock: Clock
    longest: int
    _unconfigured: tuple[Catalogue, Mapping[str, str]] | None = field(default=None, repr=False)

    def bounded(self, max_tokens: int | None) -> int:
        """How long an answer may be when so much is asked for."""
        return self.longest if max_tokens is None else min(max_tokens, self.longest)

    def routed(self, ask: Ask, request: ChatRequest, key: ClientKey | None, seconds: float = WHOLE_S) -> Routed:
        """By ranking all models that are configured here, that the key allows and that have not just failed.

        A ranking tells of the best ones alone: were those of a provider that is down among them, they could fill it,
        and nobody else would be asked. Where nothing else is left, they are ranked all the same.

        Raises `NoEligibleModel`, or `Unavailable` when no provider is configured at all.
        """
        until = self.clock.monotonic() + seconds
        decision = self._decided(ask, self._barred(key))
        found = decision.classified.classification
        label = Label(decision.id, found.category, found.base_category, found.difficulty)
        models = tuple(candidate.model for candidate in decision.ranking.candidates)
        tokens = task_of(found, ask.conversation).input_tokens
        limit = ask.constraints.max_cost_usd
        return Routed(Job(request, models, tokens, until, label, key, limit, self._begun_by()), decision)

    def _begun_by(self) -> float:
        return self.clock.monotonic() + WHOLE_S

    def _decided(self, ask: Ask, barred: Mapping[str, str]) -> Decision:
        resting = self.cooling.resting(self.catalogues.in_force().catalogue)
        if resting:
            with contextlib.suppress(NoEligibleModel):
                return self.recommender.recommend(replace(ask, barred={**resting, **barred}))
        return self.recommender.recommend(replace(ask, barred=barred))

    def pinned(self, name: str, ask: Ask, request: ChatRequest, key: ClientKey | None, seconds: float) -> Routed:
        """To the model of this id or, where only one has it, of this name at its provider; nothing is classified.

        Raises `NotFound`, `InvalidRequest`, `Forbidden` or `Unavailable`.
        """
        model = self.catalogues.in_force().catalogue.find(name)
        if model is None:
            raise NotFound("There is no such model; see /v1/models.", code="model_not_found")
        if not model.active:
            raise InvalidRequest(f"The model {model.id} is {model.status}.", code="model_not_active")
        if key is not None and not key.allows(model):
            raise Forbidden(f"This key may not use {model.id}.", code="model_not_allowed")
        if (missing := self.providers.why_not(model.provider)) is not None:
            raise Unavailable(f"{model.id} cannot be asked: {missing}.", code="provider_not_configured")
        if key is not None and key.has_budget and cost_usd(model, Usage(1, 1)) is None:
            raise Forbidden(f"The price of {model.id} is not known, and this key has a budget.", code="price_not_known")
        # A byte stands for more tokens in scripts that take several bytes a letter, as it should.
        tokens = -(-ask.conversation.octets // CHARACTERS_A_TOKEN) + ask.conversation.media_tokens
        _must_meet(model, ask.constraints, tokens)
        until, limit = self.clock.monotonic() + seconds, ask.constraints.max_cost_usd
        job = Job(request, (model,), tokens, until, key=key, most_usd_wanted=limit, first_until=self._begun_by())
        return Routed(job, None)

    def routable(self, key: ClientKey | None) -> list[ModelEntry]:
        """The active models that this key could be answered by, in the catalogue's order."""
        catalogue = self.catalogues.in_force().catalogue
        unconfigured = self._without_provider(catalogue)
        return [
            model for model in catalogue.active() if model.id not in unconfigured and (key is None or key.allows(model))
        ]

    def _barred(self, key: ClientKey | None) -> Mapping[str, str]:
        """Models that cannot answer here, with the reason."""
        catalogue = self.catalogues.in_force().catalogue
        unconfigured = self._without_provider(catalogue)
        if len(unconfigured) == len(catalogue):
            raise Unavailable(
                "No provider is configured; set a provider's key, such as OPENAI_API_KEY, or DEMO_PROVIDER=true.",
                code="provider_not_configured",
            )
        return unconfigured if key is None else {**key.refused(catalogue), **unconfigured}

    def _without_provider(self, catalogue: Catalogue) -> Mapping[str, str]:
        held = self._unconfigured
        if held is None or held[0] is not catalogue:
            whys = {provider: self.providers.why_not(provider) for provider in {m.provider for m in catalogue}}
            missing = {model.id: why for model in catalogue if (why := whys[model.provider]) is not None}
            held = self._unconfigured = (catalogue, missing)
        return held[1]


def _must_meet(model: ModelEntry, limits: Constraints, tokens: int) -> None:
    """Raises `NoEligibleModel` where the model that the caller names is one that the same caller rules out.

    Nothing was classified, so no quality is expected of it, and of its price only what reading the prompt costs;
    without a price it cannot keep to any.
    """
    reading = cost_usd(model, Usage(tokens, 0))
    if reading is None and limits.max_cost_usd is None:
        reading = 0.0
    least = Prospect(model, reading, wait_ms=0.0, quality=1.0, input_tokens=tokens, answer_tokens=1)
    if found := violations(least, NOTHING_ASKED, replace(limits, max_tokens=None)):
        said = "; ".join(f"{each.path or model.id}: {each.detail}" for each in found)
        raise NoEligibleModel(f"{model.id} does not meet the constraints ({said}).")


def preference_of(model: str) -> float | None:
    """The preference that `auto:cheap`, `auto:best` or `auto:0.7` names; None for `auto` alone.

    Raises `NotFound` for any other word after the colon.
    """
    word = model.partition(":")[2]
    if not word:
        return None
    try:
        preference = _PREFERENCES[word] if word in _PREFERENCES else float(word)
    except ValueError:
        preference = -1.0
    if not 0 <= preference <= 1:
        raise NotFound("After auto: stands cheap, best or a number from 0 to 1.", code="model_not_found")
    return preference


def is_auto(model: str) -> bool:
    """Whether the router is to choose."""
    return model == AUTO or model.startswith(f"{AUTO}:")
