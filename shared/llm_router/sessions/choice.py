"""The choice within a session: the ranking, and what the session changes about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llm_router.errors import NoEligibleModel
from llm_router.ranking.prepared import Prepared
from llm_router.ranking.rank import Ranking, rank
from llm_router.ranking.task import Constraints, Held, Surroundings, Task
from llm_router.sessions.turn import MOST_LIFT, Turn, lifted, lifted_preference
from llm_router.taxonomy import Classification


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is ranked for and under which demands: the unlifted task and preference of the request."""

    task: Task
    limits: Constraints
    preference: float
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Choice:
    """A ranking whose first model is the choice, and how the session led to it.

    `classification` and `preference` are what was ranked by, after `lift` escalations. `kept` is True where the
    session's model stays though another would lead a ranking without the session.
    """

    ranking: Ranking
    classification: Classification
    preference: float
    lift: int
    kept: bool = False


def choose(models: Sequence[Prepared], wanted: Wanted, taken: Turn, incumbent: str | None) -> Choice:
    """The choice for a message taken as `taken`, when `incumbent` is the session's model.

    A follow-up stays with the model of its task for as long as that may be used. A new task leaves it when another
    model is better even at the price of losing the provider's prompt cache, which the ranking knows from
    `taken.held`. An escalation leaves it whenever a better one is there. Raises `NoEligibleModel`.
    """
    lift = taken.lift
    choice = _ranked(models, wanted, taken, lift)
    if taken.escalated:
        while lift < MOST_LIFT and choice.ranking.candidates[0].model.id == incumbent:
            lift += 1
            choice = _ranked(models, wanted, taken, lift)
        return choice
    if incumbent is None or choice.ranking.candidates[0].model.id == incumbent:
        return replace(choice, kept=_kept_by_cache(models, wanted, taken, choice))
    return _with_first(choice, incumbent) if taken.inherited else choice


def _ranked(models: Sequence[Prepared], wanted: Wanted, taken: Turn, lift: int) -> Choice:
    """The choice after so many escalations. A demand that only the task as it looked at first can meet is met so."""
    preference = lifted_preference(wanted.preference, lift)
    harder = lifted(taken.classification, lift)
    held = None if taken.escalated else taken.held
    task = replace(wanted.task, difficulty=harder.difficulty, complexity=harder.complexity, held=held)
    try:
        return Choice(rank(models, task, wanted.limits, preference, wanted.around), harder, preference, lift)
    except NoEligibleModel:
        if not lift:
            raise
    as_first = replace(wanted.task, held=held)
    ranking = rank(models, as_first, wanted.limits, preference, wanted.around)
    return Choice(ranking, taken.classification, preference, lift)


def _kept_by_cache(models: Sequence[Prepared], wanted: Wanted, taken: Turn, choice: Choice) -> bool:
    """Whether the first model leads only because the provider's cache holds the session."""
    if taken.held is None:
        return False
    nobody = Held("", taken.held.cached_tokens, taken.held.history_tokens)
    without = _ranked(models, wanted, replace(taken, held=nobody), choice.lift)
    return without.ranking.candidates[0].model.id != choice.ranking.candidates[0].model.id


def _with_first(choice: Choice, model_id: str) -> Choice:
    """The session's model first, the others as they are; unchanged when it is not among the best any more, or when
    others will answer and it will not."""
    candidates = choice.ranking.candidates
    silent = candidates[0].standing.will_not_answer
    chosen = tuple(each for each in candidates if each.model.id == model_id and each.standing.will_not_answer == silent)
    if not chosen:
        return choice
    others = tuple(each for each in candidates if each.model.id != model_id)
    return replace(choice, ranking=replace(choice.ranking, candidates=(*chosen, *others)), kept=True)
