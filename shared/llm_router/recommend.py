"""The main use case: from a conversation to a ranked choice of models with its explanation."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.reader import CatalogueReader
from llm_router.classification import CachingClassifier, Classified
from llm_router.conversation import Conversation
from llm_router.ports import Clock
from llm_router.ranking.explanation import counterfactual, explain
from llm_router.ranking.prepared import Prepared, prepare
from llm_router.ranking.rank import Ranking, rank
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.taxonomy import Category, Classification, Degraded


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller wants to know."""

    conversation: Conversation
    constraints: Constraints
    preference: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice and everything that it rests on, without the prompt."""

    id: str
    at: float
    classified: Classified
    ranking: Ranking
    preference: float
    explanation: str
    catalogue_version: int
    degraded: tuple[Degraded, ...]


@dataclass(slots=True)
class Recommender:
    """Classifies, ranks and explains. Makes no outbound call but to the cache and the catalogue's store."""

    classifier: Callable[[], CachingClassifier]
    catalogues: CatalogueReader
    clock: Clock
    surroundings: Callable[[], Surroundings]
    entropy: Callable[[int], bytes] = os.urandom
    _prepared: tuple[Catalogue, tuple[Prepared, ...]] | None = None

    def recommend(self, ask: Ask) -> Decision:
        """The decision. Raises `NoEligibleModel` or `CatalogueUnavailable`."""
        classified = self.classifier().classify(ask.conversation.request)
        found = self.catalogues.in_force()
        task = task_of(classified.classification, ask.conversation)
        ranking = rank(self._prepare(found.catalogue), task, ask.constraints, ask.preference, self.surroundings())
        said = explain(ranking, classified.classification, ask.preference)
        if (other := counterfactual(ranking)) is not None:
            said = f"{said} {other}"
        now = self.clock.now()
        return Decision(
            id=decision_id(now, self.entropy),
            at=now,
            classified=classified,
            ranking=ranking,
            preference=ask.preference,
            explanation=said,
            catalogue_version=found.catalogue.version,
            degraded=(*classified.degraded, *((Degraded.CATALOGUE,) if found.degraded else ())),
        )

    def _prepare(self, catalogue: Catalogue) -> tuple[Prepared, ...]:
        """The catalogue ready for ranking, made anew when another version is in force."""
        held = self._prepared
        if held is None or held[0] is not catalogue:
            held = self._prepared = (catalogue, prepare(catalogue))
        return held[1]


def task_of(found: Classification, conversation: Conversation) -> Task:
    """The ranking's view of a classified conversation.

    Tokens are counted for the classified text and carried over to the rest of the conversation in proportion
    to its characters.
    """
    chances = {category: found.probabilities.get(category, 0.0) for category in Category}
    if (own := sum(chances.values())) < 1:
        chances[found.base_category] += 1 - own
    share = conversation.characters / max(1, len(conversation.request))
    return Task(
        chances=chances,
        difficulty=found.difficulty,
        complexity=found.complexity,
        input_tokens=round(found.token_count * share) + conversation.media_tokens,
        output_tokens=found.output_tokens,
        requires=conversation.requires,
    )


def decision_id(now: float, entropy: Callable[[int], bytes]) -> str:
    """An id that sorts by time and cannot be guessed: 48 bits of milliseconds, then 80 random ones."""
    return f"{int(now * 1000):012x}{entropy(10).hex()}"
