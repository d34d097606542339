"""The main use case: from a conversation to a ranked choice of models with its explanation."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.reader import CatalogueReader
from llm_router.classification import CachingClassifier, Classified
from llm_router.client_keys import ClientKey
from llm_router.conversation import Conversation, wrapping_tokens
from llm_router.outcomes import Observed
from llm_router.ports import Clock
from llm_router.ranking.columns import Columns, prepare
from llm_router.ranking.constraints import not_allowed
from llm_router.ranking.cost import AnswerLength, length_of
from llm_router.ranking.explanation import counterfactual, explain
from llm_router.ranking.rank import Outlook, Ranking, outlook, wait_for
from llm_router.ranking.task import NOTHING_DEARER, Constraints, Dearest, Surroundings, Task
from llm_router.ranking.tokens import NO_TEXT, Reading, reading_of, reading_of_all, together
from llm_router.ranking.unmatched import sentences
from llm_router.sessions.book import session_key
from llm_router.sessions.choice import Wanted, choose
from llm_router.sessions.continuing import OpenedSession, Sessions
from llm_router.sessions.telling import SessionNote, note_of, session_words
from llm_router.sessions.turn import held
from llm_router.taxonomy import Category, Classification, Degraded


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller wants to know.

    `barred` holds models that cannot be used for this request, with the reason. `tenant` keeps the sessions of callers
    apart. `complete` is True when the conversation is all that the model will
    get; else a lone prompt in a session belongs to a conversation that the caller keeps. `longest` is where the answer
    will be cut off. `thinks_otherwise` are the ids of models that the request makes think though they would not, or
    keeps from it. `generated` where a model is to answer: what it costs in the end, too, must keep to a bound; `kept`
    where its provider is then asked to keep the prompt, and `dearest` what such a bound has to pay for beyond what is
    expected. Models that are expected to take longer than `within_s` for a whole answer are out.
    """

    conversation: Conversation
    constraints: Constraints
    preference: float
    session_id: str | None = None
    tenant: str = ""
    complete: bool = False
    longest: int | None = None
    thinks_otherwise: frozenset[str] = frozenset()
    generated: bool = False
    kept: bool = False
    dearest: Dearest = NOTHING_DEARER
    within_s: float = math.inf
    barred: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice and everything that it rests on, without the prompt.

    `classified`, `preference` and `length` are what was ranked by, after what the session changed about them; `reading`
    is what a model has to read. `session` is None without a session id, and `session_key` is empty.
    """

    id: str
    at: float
    classified: Classified
    ranking: Ranking
    preference: float
    explanation: str
    catalogue_version: int
    degraded: tuple[Degraded, ...]
    reading: Reading
    length: AnswerLength
    session: SessionNote | None = None
    session_key: str = ""


@dataclass(slots=True)
class Recommender:
    """Classifies, ranks and explains. Makes no outbound call but to the cache and to the stores."""

    classifier: Callable[[], CachingClassifier]
    catalogues: CatalogueReader
    clock: Clock
    surroundings: Callable[[], Surroundings]
    sessions: Sessions
    _prepared: tuple[Catalogue, Mapping[str, Observed], Columns] | None = None

    def recommend(self, ask: Ask, client_key: ClientKey | None = None) -> Decision:
        """The decision, among the models that the caller's key allows. Raises `NoEligibleModel` or
        `CatalogueUnavailable`."""
        classifier, conversation = self.classifier(), ask.conversation
        classified = classifier.classify(conversation.request)
        found = self.catalogues.in_force()
        key = session_key(ask.tenant, ask.session_id) if ask.session_id else None
        opened = self.sessions.open(key, conversation, classified.classification, classifier.classify)
        around, now = self.surroundings(), self.clock.now()
        name = decision_id(now)
        if barred := _barred(ask, client_key, found.catalogue):
            around = replace(around, unusable={**around.unusable, **barred})
        task = _asked(ask, opened.turn.classification, classifier)
        wanted = Wanted(task, ask.constraints, ask.preference, around)
        alone = len(conversation.turns) == 1 and not ask.complete
        opened = _with_cache(opened, wanted.task, conversation, now, alone=alone)
        incumbent = None if opened.session is None else opened.session.model_id
        choice = choose(self._prepare(found.catalogue, around), wanted, opened.turn, incumbent)
        first = choice.ranking.candidates[0]
        if key is not None:
            tokens = wanted.task.input_tokens + wanted.task.output_tokens
            chosen, adds = first.model.id, alone and not choice.too_long
            self.sessions.close(key, opened, decision=name, model_id=chosen, tokens=tokens, lift=choice.lift, adds=adds)
        said = [*session_words(opened, choice), explain(choice.ranking, choice.classification, choice.preference)]
        said.extend(_reckoned(choice.classification))
        if (other := counterfactual(choice.ranking)) is not None:
            said.append(other)
        out = (each.model.id for each in choice.ranking.excluded)
        said.extend(sentences(ask.constraints, found.catalogue.models.values(), out))
        return Decision(
            id=name,
            at=now,
            classified=replace(classified, classification=choice.classification),
            ranking=choice.ranking,
            preference=choice.preference,
            explanation=" ".join(said),
            catalogue_version=found.catalogue.version,
            degraded=(*classified.degraded, *((Degraded.CATALOGUE,) if found.degraded else ())),
            reading=task.reading,
            length=length_of(replace(task, difficulty=choice.classification.difficulty), ask.constraints.max_tokens),
            session=None if key is None else note_of(opened, choice),
            session_key=key or "",
        )

    def outlook(self, model: ModelEntry, ask: Ask) -> Outlook:
        """What a ranking would expect of this model. What was said before is known from the conversation alone."""
        classifier = self.classifier()
        found = classifier.classify(ask.conversation.request).classification
        taken = self.sessions.open(None, ask.conversation, found, classifier.classify).turn
        around = self.surroundings()
        alone = self._prepare(self.catalogues.in_force().catalogue, around).only(model.id)
        alone = alone or prepare([model])  # the catalogue that it was found in may be in force no more
        return outlook(alone, _asked(ask, taken.classification, classifier), ask.constraints, around)

    def takes_s(self, model: ModelEntry, tokens: int) -> float:
        """Seconds until the model has written so many tokens, as a ranking would expect; 0 for one of another
        catalogue than that in force."""
        around = self.surroundings()
        alone = self._prepare(self.catalogues.in_force().catalogue, around).only(model.id)
        return 0.0 if alone is None else wait_for(alone, tokens, around) / 1000

    def _prepare(self, catalogue: Catalogue, around: Surroundings) -> Columns:
        """The catalogue ready for ranking, made anew when another version or other outcomes are in force."""
        made = self._prepared
        if made is None or made[0] is not catalogue or made[1] is not around.observed:
            made = self._prepared = (catalogue, around.observed, prepare(catalogue, around.observed))
        return made[2]


def _barred(ask: Ask, key: ClientKey | None, catalogue: Catalogue) -> Mapping[str, str]:
    """The models that this request cannot use or its key does not allow, with the reason."""
    return ask.barred if key is None else {**not_allowed(key.refused(catalogue)), **ask.barred}


def _asked(ask: Ask, found: Classification, classifier: CachingClassifier) -> Task:
    """The task of a request that is taken for `found`, with what the caller says of the answer.

    What instructions say of lengths is about prose: code takes what it takes.
    """
    task = task_of(found, ask.conversation)
    tokens = task.output_tokens
    if found.base_category is not Category.CODING:
        tokens = classifier.answer_limit(ask.conversation.instructions).of(tokens)
    return replace(
        task,
        output_tokens=tokens,
        longest=ask.longest,
        thinks_otherwise=ask.thinks_otherwise,
        generated=ask.generated,
        kept=ask.kept,
        dearest=ask.dearest,
        within_s=ask.within_s,
    )


def _with_cache(
    opened: OpenedSession, task: Task, conversation: Conversation, now: float, *, alone: bool
) -> OpenedSession:
    """The turn with what the provider of the session's model still holds, and what its caller will send along."""
    if opened.session is None:
        return opened
    request = reading_of(conversation.request, opened.turn.classification.token_count)
    earlier = task.input_tokens - request.tokens - wrapping_tokens(1)
    cached = held(opened.session, now=now, earlier_tokens=earlier, alone=alone)
    before = opened.session.tokens if alone else 0
    return replace(opened, turn=replace(opened.turn, held=cached, before_tokens=before))


def task_of(found: Classification, conversation: Conversation) -> Task:
    """The ranking's view of a classified conversation.

    Tokens are counted for the classified text, unless it is too long to be. Of that and of the rest of the conversation
    they are estimated from its own letters: what is asked last may be a word, a sign, or in another script.
    """
    request = reading_of(conversation.request, found.token_count)
    unspoken = Reading(conversation.unspoken_tokens, NO_TEXT, conversation.tooled)
    reading = together([request, reading_of_all(conversation.other_texts), unspoken])
    return Task(
        chances=category_chances(found),
        difficulty=found.difficulty,
        complexity=found.complexity,
        input_tokens=reading.tokens,
        output_tokens=found.output_tokens,
        requires=conversation.requires,
        shares=reading.shares,
        tooled=reading.tooled,
    )


def category_chances(found: Classification) -> dict[Category, float]:
    """How likely each of the seven is; what an operator's own categories have counts for the one that is next to it."""
    chances = {category: found.probabilities.get(category, 0.0) for category in Category}
    if (known := sum(chances.values())) < 1:
        chances[found.base_category] += 1 - known
    return chances


def _reckoned(found: Classification) -> list[str]:
    """By what evidence a category is reckoned of which there is none: an operator's own."""
    if found.category == found.base_category:
        return []
    own, base = (name.replace("_", " ") for name in (found.category, found.base_category))
    return [f"It is reckoned as {base}, since nothing was measured of {own}."]


def decision_id(now: float) -> str:
    """An id that sorts by time and cannot be guessed: 48 bits of milliseconds, then 80 random ones."""
    return f"{int(now * 1000):012x}{os.urandom(10).hex()}"
