"""`POST /route`: the request, the answer, and how a decision becomes one."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from llm_router.catalogue.entry import Capability
from llm_router.conversation import Conversation, of_prompt
from llm_router.generation.beside_text import beside_tokens
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart
from llm_router.ranking.constraints import Reason
from llm_router.ranking.explanation import reasons
from llm_router.ranking.objective import DEFAULT_PREFERENCE
from llm_router.ranking.rank import Candidate
from llm_router.ranking.relaxation import Exclusion
from llm_router.ranking.task import Constraints
from llm_router.ranking.told import told_ms, told_quality, told_usd
from llm_router.recommend import Ask, Decision
from llm_router.schemas.absent import Absent
from llm_router.schemas.as_text import AsText
from llm_router.schemas.body import RequestBody
from llm_router.schemas.cache import CacheBody
from llm_router.schemas.classify import Prompt
from llm_router.schemas.fields import NullOr, Whole
from llm_router.schemas.messages import Messages, chat_messages, conversation
from llm_router.sessions.telling import SessionNote
from llm_router.taxonomy import Degraded, Difficulty, Method

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]
KNOWN_EXCLUSIONS = 4096
UNBOUND = Constraints()
"""No demand at all, as most requests have it: one for all of them."""
Positive = Annotated[float, Field(gt=0, le=1e9)]


class ConstraintsBody(RequestBody):
    """What the chosen model must meet. Every one binds; an absent, empty or null one demands nothing.

    The case of letters counts in no name. A model's name without its provider means the model at every host.
    """

    max_tokens: Annotated[int, Field(ge=1, le=10_000_000), Whole] | None = None
    max_cost_usd: Positive | None = None
    max_latency_ms: Positive | None = None
    min_quality: Annotated[float, Field(ge=0, le=1)] | None = None
    providers: NullOr[Names] = ()
    exclude_models: NullOr[Names] = ()
    capabilities: NullOr[Annotated[tuple[Capability, ...], Field(max_length=20)]] = ()
    min_context_tokens: Annotated[int, Field(ge=1, le=1_000_000_000), Whole] | None = None
    open_weights: bool | None = None
    licenses: NullOr[Names] = ()
    regions: NullOr[Names] = ()

    def constraints(self) -> Constraints:
        """The constraints as the ranking sees them."""
        if not self.model_fields_set:
            return UNBOUND
        return Constraints(
            max_tokens=self.max_tokens,
            max_cost_usd=self.max_cost_usd,
            max_latency_ms=self.max_latency_ms,
            min_quality=self.min_quality,
            min_context_tokens=self.min_context_tokens,
            providers=self.providers,
            exclude_models=self.exclude_models,
            capabilities=frozenset(self.capabilities),
            open_weights=self.open_weights,
            licenses=self.licenses,
            regions=self.regions,
        )


class RouteRequest(RequestBody):
    """A prompt, or a conversation in OpenAI's form, and what is demanded of the model."""

    prompt: Prompt | None = None
    messages: Messages | None = None
    mode: NullOr[Literal["recommend", "generate"]] = "recommend"
    constraints: NullOr[ConstraintsBody] = ConstraintsBody()
    preference: NullOr[Annotated[float, Field(ge=0, le=1)]] = DEFAULT_PREFERENCE
    session_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    cache: CacheBody | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.prompt is None) == (self.messages is None):
            raise ValueError("give either prompt or messages")
        return self

    def conversation(self) -> Conversation:
        """What is asked, in either form."""
        if self.prompt is not None:
            return of_prompt(self.prompt)
        return conversation(self.messages or [], beside_tokens=beside_tokens(self.chat(1)))

    def chat(self, max_tokens: int) -> ChatRequest:
        """The request as it is sent to a model, with an answer of at most so many tokens."""
        if self.messages:
            return ChatRequest(chat_messages(self.messages), max_tokens=max_tokens, kept=self.session_id is not None)
        return ChatRequest((ChatMessage(Role.USER, (TextPart(self.prompt or ""),)),), max_tokens=max_tokens)

    def ask(self, said: Conversation, tenant: str) -> Ask:
        """The request of this tenant as the domain sees it, with its own `conversation()`, which takes time to make."""
        return Ask(said, self.constraints.constraints(), self.preference, self.session_id, tenant)


class ClassificationAnswer(BaseModel):
    """What kind of work it is, in short; `POST /classify` tells more."""

    category: str
    difficulty: Difficulty
    ms: float
    confidence: float
    method: Method
    complexity_score: float
    creativity_score: float


class ModelAnswer(BaseModel):
    """A model's names."""

    id: str
    provider: str
    display_name: str


class RankedAnswer(ModelAnswer):
    """A model in the ranking: the chance that it does this prompt well, what it costs, how long it takes, and why."""

    score: float
    expected_quality: float
    quality_interval: tuple[float, float]
    estimated_cost_usd: float
    estimated_latency_ms: int
    reasons: list[str]


class ExcludedAnswer(BaseModel):
    """A model that may not be used, and the first demand it does not meet."""

    id: str
    reason: Annotated[Reason, AsText()]
    detail: str


class SessionAnswer(BaseModel):
    """What the session did to the choice: the task was inherited from it, its model kept, more quality asked for."""

    turn: int
    inherited: bool
    kept: bool
    escalated: bool


class RouteAnswer(BaseModel):
    """The choice. `ranking[0]` is the recommended model; of all `eligible_models` the best are told of.

    The others follow by score. `session` is there only with a `session_id`.
    """

    decision_id: str
    classification: ClassificationAnswer
    recommended_model: ModelAnswer
    ranking: list[RankedAnswer]
    eligible_models: int
    excluded: list[ExcludedAnswer]
    explanation: str
    preference: float
    at: float
    catalogue_version: int
    cached: bool
    degraded: list[Degraded]
    session: Annotated[SessionAnswer | None, Absent] = None


def route_answer(decision: Decision) -> RouteAnswer:
    """The answer for a decision."""
    found = decision.classified.classification
    first = decision.ranking.candidates[0].model
    return RouteAnswer(
        decision_id=decision.id,
        classification=ClassificationAnswer(
            category=found.category,
            difficulty=found.difficulty,
            ms=round(decision.classified.ms, 3),
            confidence=round(found.confidence, 4),
            method=found.method,
            complexity_score=round(found.complexity, 4),
            creativity_score=round(found.creativity, 4),
        ),
        recommended_model=ModelAnswer(id=first.id, provider=first.provider, display_name=first.display_name),
        ranking=[_ranked(candidate) for candidate in decision.ranking.candidates],
        eligible_models=decision.ranking.eligible,
        excluded=[_excluded(exclusion) for exclusion in decision.ranking.excluded],
        explanation=decision.explanation,
        preference=round(decision.preference, 6),
        at=round(decision.at, 3),
        catalogue_version=decision.catalogue_version,
        cached=decision.classified.cached,
        degraded=list(decision.degraded),
        session=_session(decision.session),
    )


def _session(note: SessionNote | None) -> SessionAnswer | None:
    if note is None:
        return None
    return SessionAnswer(turn=note.turn, inherited=note.inherited, kept=note.kept, escalated=note.escalated)


def _ranked(candidate: Candidate) -> RankedAnswer:
    low, high = candidate.quality.interval
    return RankedAnswer(
        id=candidate.model.id,
        provider=candidate.model.provider,
        display_name=candidate.model.display_name,
        score=round(candidate.standing.score, 6),
        expected_quality=told_quality(candidate.quality.expected),
        quality_interval=(round(low, 4), round(high, 4)),
        estimated_cost_usd=told_usd(candidate.usd),
        estimated_latency_ms=told_ms(candidate.wait.ms),
        reasons=reasons(candidate),
    )


def _excluded(exclusion: Exclusion) -> ExcludedAnswer:
    binding = exclusion.violations[0]
    return _said_of(exclusion.model.id, binding.reason, binding.detail)


@lru_cache(KNOWN_EXCLUSIONS)
def _said_of(model_id: str, reason: Reason, detail: str) -> ExcludedAnswer:
    """Remembered, since the same models are out for the same reason in one request after the other."""
    return ExcludedAnswer(id=model_id, reason=reason, detail=detail)
