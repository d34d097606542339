"""The choice within a session: the ranking, and what the session changes about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from llm_router.errors import NoEligibleModel
from llm_router.ranking.columns import Columns
from llm_router.ranking.rank import Candidate, Ranking, rank
from llm_router.ranking.task import Constraints, HeldPrompt, Surroundings, Task
from llm_router.sessions.turn import MOST_LIFT, SessionTurn, lifted, lifted_preference
from llm_router.taxonomy import Classification

ENOUGH = 3
"""Models to choose from after an escalation: as many as one generation asks at most."""


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
    session's model stays though another would lead a ranking without the session. `incumbent` is the model of the
    answer before, as far as known. `too_long` where the conversation before fits no window that may be used.
    """

    ranking: Ranking
    classification: Classification
    preference: float
    lift: int
    kept: bool = False
    incumbent: str | None = None
    too_long: bool = False

    @property
    def stronger(self) -> bool:
        """Whether the first model is expected to do better than the one that the ranking was asked for by name. Of one
        that may not be used nothing is said."""
        before = self.ranking.named
        return before is not None and _weakness(self.ranking.candidates[0]) < _weakness(before)


def choose(columns: Columns, wanted: Wanted, taken: SessionTurn, incumbent: str | None) -> Choice:
    """The choice for a message taken as `taken`, when `incumbent` is the session's model.

    A follow-up stays with the model of its task for as long as that may be used and will do, or no other will. A new
    task leaves it when another model is better even at the price of losing the provider's prompt cache, which the
    ranking knows from `taken.held`. An escalation leaves it whenever one that is expected to do better is there, and
    never for one that is not. Without a session each escalation leaves the model that would have been chosen before it.
    Raises `NoEligibleModel`.
    """
    if incumbent is None:
        return _without_session(columns, wanted, taken)
    lift = min(MOST_LIFT, taken.lift)
    if taken.escalated:
        return _escalated(columns, wanted, taken, lift, incumbent)
    name = incumbent if taken.inherited else None
    choice = replace(_ranked(columns, wanted, taken, lift, name), incumbent=incumbent)
    if _first(choice) == incumbent:
        return replace(choice, kept=_kept_by_cache(columns, wanted, taken, choice))
    return _with_incumbent(choice) if taken.inherited else choice


def _without_session(columns: Columns, wanted: Wanted, taken: SessionTurn) -> Choice:
    """The choice after every escalation of a conversation of which only its messages are known."""
    choice = _ranked(columns, wanted, taken, 0)
    for _ in range(taken.lift):
        choice = _escalated(columns, wanted, taken, min(MOST_LIFT, choice.lift + 1), _first(choice))
        if _first(choice) == choice.incumbent:
            break
    return replace(choice, kept=False)


def _escalated(columns: Columns, wanted: Wanted, taken: SessionTurn, lift: int, incumbent: str) -> Choice:
    """The choice after so many escalations among those that are stronger than the incumbent, and after more where these
    are few. Where there is none the incumbent stays; one that may not be used is left for any other."""
    choice = _stronger_alone(_ranked(columns, wanted, taken, lift, incumbent))
    while choice.lift < MOST_LIFT and choice.ranking.named is not None and not choice.stronger:
        choice = _stronger_alone(_ranked(columns, wanted, taken, choice.lift + 1, incumbent))
    choice = replace(choice, incumbent=incumbent)
    return choice if choice.stronger or _first(choice) == incumbent else _with_incumbent(choice)


def _stronger_alone(choice: Choice) -> Choice:
    """Without those that are expected to do no better than the named model, if enough are left to fall back on: to ask
    for more until one of these leads all others may lead to the dearest of them, however easy the task is."""
    before = choice.ranking.named
    if before is None or choice.stronger:
        return choice
    told = tuple(each for each in choice.ranking.candidates if _weakness(each) < _weakness(before))
    return choice if len(told) < ENOUGH else replace(choice, ranking=replace(choice.ranking, candidates=told))


def _ranked(columns: Columns, wanted: Wanted, taken: SessionTurn, lift: int, name: str | None = None) -> Choice:
    """The choice after so many escalations, its ranking with the model called `name`.

    A demand that only the task as it looked at first can meet is met so. A conversation that is too long for all that
    may be used has to be shortened: then it binds nothing.
    """
    preference, harder = lifted_preference(wanted.preference, lift), lifted(taken.classification, lift)
    as_first = replace(wanted.task, held=None if taken.escalated else taken.held, before_tokens=taken.before_tokens)
    tries = [(replace(as_first, difficulty=harder.difficulty, complexity=harder.complexity), harder)]
    if lift:
        tries.append((as_first, taken.classification))
    if taken.before_tokens:
        tries += [(replace(task, before_tokens=0), found) for task, found in tries]

    def choice(task: Task, found: Classification) -> Choice:
        ranking = rank(columns, task, wanted.limits, preference, wanted.around, name=name)
        return Choice(ranking, found, preference, lift, too_long=task.before_tokens < taken.before_tokens)

    for task, found in tries[:-1]:
        with suppress(NoEligibleModel):
            return choice(task, found)
    return choice(*tries[-1])


def _first(choice: Choice) -> str:
    return choice.ranking.candidates[0].model.id


def _weakness(candidate: Candidate) -> tuple[bool, bool, float]:
    """Sorts candidates by what is expected of their answers alone, the best first."""
    standing = candidate.standing
    return standing.will_not_answer, standing.will_not_do, standing.negative_quality


def _kept_by_cache(columns: Columns, wanted: Wanted, taken: SessionTurn, choice: Choice) -> bool:
    """Whether the first model leads only because the provider's cache holds the session."""
    if taken.held is None:
        return False
    nobody = HeldPrompt("", taken.held.cached_tokens, taken.held.history_tokens)
    without = _ranked(columns, wanted, replace(taken, held=nobody), choice.lift)
    return _first(without) != _first(choice)


def _with_incumbent(choice: Choice) -> Choice:
    """The session's model first, the others as they are; unchanged when it may not be used any more, or when others
    will answer or will do and it will not."""
    candidates, kept = choice.ranking.candidates, choice.ranking.named
    if kept is None or kept.standing[:2] != candidates[0].standing[:2]:
        return choice
    others = (each for each in candidates if each.model.id != kept.model.id)
    told = (kept, *others)[: len(candidates)]
    return replace(choice, ranking=replace(choice.ranking, candidates=told), kept=True)
