"""From a request to a job: which models may answer it, in which order, and how long the answer may be."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.reader import CatalogueReader
from llm_router.client_keys import ClientKey
from llm_router.errors import Forbidden, InvalidRequest, NoEligibleModel, NotFound, Unavailable
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.cooling import Cooling
from llm_router.generation.job import Job
from llm_router.generation.outcome import UNLABELLED, Label
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Providers
from llm_router.generation.walk import TakesS
from llm_router.ports import Clock
from llm_router.ranking.constraints import Prospect, violations
from llm_router.ranking.task import Constraints, Task
from llm_router.ranking.tokens import NO_TEXT, Reading, ratios_of, reading_of, together
from llm_router.recommend import Ask, Decision, Recommender, task_of
from llm_router.taxonomy import Difficulty

WHOLE_S = 25.0
"""For a generation in all; an HTTP API of AWS's gives up after 30 s."""

NOTHING_ASKED = Task({}, Difficulty.EASY, 0.0, 0, 0)
"""The task of a request that nobody has classified."""

CLEARLY = 2
"""How many times its window a prompt must seem to be before the model that a caller names is refused for it: letters
tell a length only roughly, and who names a model shall hear from the model itself what it takes."""

AUTO = "auto"
_PREFERENCES = {"cheap": 0.0, "best": 1.0}
_NUMBER = re.compile(r"[01]\.?|[01]?\.[0-9]{1,20}")


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

    `thinks` tells whether a request, as it is put to a model, makes it think.
    """

    recommender: Recommender
    catalogues: CatalogueReader
    providers: Providers
    cooling: Cooling
    clock: Clock
    longest: int
    thinks: Callable[[ModelEntry, ChatRequest], bool]
    _unconfigured: tuple[Catalogue, Mapping[str, str]] | None = field(default=None, repr=False)

    def bounded(self, max_tokens: int | None) -> int:
        """How long an answer may be when so much is asked for."""
        return self.longest if max_tokens is None else min(max_tokens, self.longest)

    def routed(self, ask: Ask, request: ChatRequest, key: ClientKey | None, seconds: float = WHOLE_S) -> Routed:
        """By ranking all models that are configured here, that the key allows and that have not just failed.

        A ranking tells of the best ones alone: were those of a provider that is down among them, they could fill it,
        and nobody else would be asked. Where nothing else is left, they are ranked all the same.

        Raises `NoEligibleModel`, `InvalidRequest`, or `Unavailable` when no provider is configured at all.
        """
        _must_be_sized(ask, key)
        until = self.clock.monotonic() + seconds
        otherwise = self._thinks_otherwise(request, self.catalogues.in_force().catalogue.active())
        ask = replace(ask, thinks_otherwise=otherwise, kept=request.kept)
        decision = self._decided(ask, self._barred(key))
        found = decision.classified.classification
        label = Label(found.base_category, found.difficulty)
        models = tuple(candidate.model for candidate in decision.ranking.candidates)
        reading = task_of(found, ask.conversation).reading
        limit = ask.constraints.max_cost_usd
        job = Job(request, models, reading, until, label, key, limit, self._begun_by(), otherwise)
        return Routed(job, decision, partial(_expected_s, decision))

    def _begun_by(self) -> float:
        return self.clock.monotonic() + WHOLE_S

    def _decided(self, ask: Ask, barred: Mapping[str, str]) -> Decision:
        ask = replace(ask, generated=True)
        resting = self.cooling.resting(self.catalogues.in_force().catalogue)
        if resting:
            with contextlib.suppress(NoEligibleModel):
                return self.recommender.recommend(replace(ask, barred={**resting, **barred}))
        return self.recommender.recommend(replace(ask, barred=barred))

    def pinned(self, name: str, ask: Ask, request: ChatRequest, key: ClientKey | None, seconds: float) -> Routed:
        """To the model of this id or, where only one has it, of this name at its provider; nothing is classified.

        Raises `NotFound`, `InvalidRequest`, `Forbidden`, `Unavailable` or `NoEligibleModel`.
        """
        model = self.catalogues.in_force().catalogue.find(name)
        if model is None:
            raise no_such_model()
        if not model.active:
            raise InvalidRequest(f"The model {model.id} is {model.status}.", code="model_not_active")
        if key is not None and not key.allows(model):
            raise Forbidden(f"This key may not use {model.id}.", code="model_not_allowed")
        if (missing := self.providers.why_not(model.provider)) is not None:
            raise Unavailable(f"{model.id} cannot be asked: {missing}.", code="provider_not_configured")
        if key is not None and key.has_budget and cost_usd(model, Usage(1, 1)) is None:
            raise Forbidden(f"The price of {model.id} is not known, and this key has a budget.", code="price_not_known")
        _must_be_sized(ask, key)
        text = together(reading_of(turn.text) for turn in ask.conversation.turns)
        whole = together([text, Reading(ask.conversation.unspoken_tokens, NO_TEXT)])
        until, limit = self.clock.monotonic() + seconds, ask.constraints.max_cost_usd
        otherwise = self._thinks_otherwise(request, [model])
        job = Job(request, (model,), whole, until, UNLABELLED, key, limit, self._begun_by(), otherwise)
        _must_meet(job, model, ask.constraints, text)
        return Routed(job, None, partial(self._longest_s, job))

    def routable(self, key: ClientKey | None) -> list[ModelEntry]:
        """The active models that this key could be answered by, in the catalogue's order."""
        catalogue = self.catalogues.in_force().catalogue
        unconfigured = self._without_provider(catalogue)
        return [
            model for model in catalogue.active() if model.id not in unconfigured and (key is None or key.allows(model))
        ]

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
            raise Unavailable(_nobody(self.providers.begun()), code="provider_not_configured")
        return unconfigured if key is None else {**key.refused(catalogue), **unconfigured}

    def _without_provider(self, catalogue: Catalogue) -> Mapping[str, str]:
        held = self._unconfigured
        if held is None or held[0] is not catalogue:
            whys = {provider: self.providers.why_not(provider) for provider in {m.provider for m in catalogue}}
            missing = {model.id: why for model in catalogue if (why := whys[model.provider]) is not None}
            held = self._unconfigured = (catalogue, missing)
        return held[1]


def _nobody(begun: Mapping[str, str | None]) -> str:
    """Why no model of the catalogue can be asked, with what is set all the same."""
    ready = ", ".join(name for name, missing in begun.items() if missing is None)
    wrong = "; ".join(missing for missing in begun.values() if missing is not None)
    said, remedy = "No provider is configured", "set a provider's key, such as OPENAI_API_KEY, or DEMO_PROVIDER=true"
    if ready:
        said = f"The catalogue has no model of the providers that are configured, {ready}"
        remedy = "a refresh may bring some, POST /update brings your own"
    return f"{said}{f' ({wrong})' if wrong else ''}; {remedy}."


def _expected_s(decision: Decision, model: ModelEntry) -> float:
    """0 for a model that was not ranked."""
    return next((each.wait.ms / 1000 for each in decision.ranking.candidates if each.model.id == model.id), 0.0)


def _must_be_sized(ask: Ask, key: ClientKey | None) -> None:
    """Raises `InvalidRequest` where money is bounded and what is to be read for it cannot be counted beforehand."""
    bounded = ask.constraints.max_cost_usd is not None or (key is not None and key.has_budget)
    if bounded and not ask.conversation.is_sized:
        raise InvalidRequest(
            "What this request may cost is bounded, and how much a file holds that is given by its address is not "
            "known; send the file itself.",
            code="file_size_not_known",
        )


def _must_meet(job: Job, model: ModelEntry, limits: Constraints, text: Reading) -> None:
    """Raises `NoEligibleModel` where the model that the caller names is one that the same caller rules out, or whose
    window the prompt's text clearly exceeds.

    Nothing was classified, so no quality is expected of it, and of its price only what the prompt and a token cost;
    without a price it cannot keep to any.
    """
    usd = job.usd_with(model, 1)
    if usd is None and limits.max_cost_usd is None:
        usd = 0.0
    tokens = text.by(ratios_of(model.tokenizer))
    reads = tokens if model.context_window is not None and tokens > CLEARLY * model.context_window else 0
    least = Prospect(model, usd, wait_ms=0.0, quality=1.0, input_tokens=reads, answer_tokens=1)
    if found := violations(least, NOTHING_ASKED, replace(limits, max_tokens=None)):
        said = "; ".join(f"{each.path or model.id}: {each.detail}" for each in found)
        raise NoEligibleModel(f"{model.id} does not meet the constraints ({said}).")


def no_such_model() -> NotFound:
    """What is told to whoever names a model that is not there to be asked."""
    return NotFound("There is no such model; see /v1/models.", code="model_not_found")


def preference_of(model: str) -> float | None:
    """The preference that `auto:cheap`, `auto:best` or `auto:0.7` names; None for `auto` alone.

    Raises `NotFound` for any other word after the colon.
    """
    word = model.partition(":")[2]
    if not word:
        return None
    preference = float(word) if _NUMBER.fullmatch(word) else _PREFERENCES.get(word, math.inf)
    if preference > 1:
        raise NotFound("After auto: stands cheap, best or a number from 0 to 1.", code="model_not_found")
    return preference


def is_auto(model: str) -> bool:
    """Whether the router is to choose."""
    return model == AUTO or model.startswith(f"{AUTO}:")
