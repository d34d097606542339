"""One message of a session: which task it belongs to, how much is asked for now, and what the provider still holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from llm_router.ranking.quality import ANCHORS
from llm_router.ranking.task import HeldPrompt
from llm_router.sessions.book import Session
from llm_router.sessions.manner import Heard, Manner
from llm_router.taxonomy import Category, Classification, Difficulty

CACHE_LIVES_S = 300.0
"""How long a provider keeps a prompt: OpenAI 5 to 10 minutes without use, Anthropic 5 minutes."""

CACHE_FROM_TOKENS = 1024
"""Shorter prompts are not cached: the least of OpenAI's and Anthropic's models."""

FAILURES_TO_ESCALATE = 2
"""One failure can be bad luck; the second one since the last escalation or good judgement says that the model cannot do
it."""

MOST_LIFT = 3

SURE = 0.6
"""So likely must a message's own category be to count against that of the task before."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a task has gone: how often it was escalated, what went wrong since, and whether its last answer is among
    that already."""

    lift: int = 0
    failures: int = 0
    blamed: bool = False

    def after(self, said: Manner) -> Course:
        """The course once a message of this manner follows."""
        failures = self.failures + (said is Manner.RETRIES and not self.blamed)
        if said is Manner.ESCALATES or failures >= FAILURES_TO_ESCALATE:
            return Course(self.lift + 1)
        return Course(self.lift, failures)


@dataclass(frozen=True, slots=True)
class SessionTurn:
    """How a message is to be taken.

    `classification` is the task it belongs to: its own, or one before it where it `inherited`. `escalated` is True
    where this very message raised `lift`, which asks for more quality from here on, up to `MOST_LIFT`; `failures` is
    what is left to count. `made_harder` is the difficulty of the inherited task where this message raised it; `task` is
    what stays to be worked on where the message only is beside it. `held` is what a provider's cache still holds of the
    session. `before_tokens` are those of the conversation that the caller keeps and sends along, in the classifier's
    tokens.
    """

    classification: Classification
    inherited: bool = False
    made_harder: Difficulty | None = None
    task: Classification | None = None
    escalated: bool = False
    lift: int = 0
    failures: int = 0
    held: HeldPrompt | None = None
    before_tokens: int = 0


def goes_on(said: Heard, found: Classification, before: Classification | None) -> bool:
    """Whether a message that was classified as `found` belongs to the task `before` it; without one, whether it would
    to any: not where it begins as if it went on and then clearly asks for something else. What only points to the
    answer goes on where it would be small talk, and where it begins so and is of the same kind or of none."""
    same = before is None or found.category == before.category
    if said.manner.follows:
        return not (said.of_its_own and _is_sure(found)) or (said.akin and same)
    if said.manner is not Manner.POINTS:
        return False
    in_earnest = before is None or before.category != Category.CHAT
    if found.category == Category.CHAT:
        return in_earnest and not said.of_its_own
    return said.akin and (same or (in_earnest and not _is_sure(found)))


def is_beside(said: Heard, found: Classification) -> bool:
    """Whether a message that was classified as `found` is no task but a courtesy, or a remark that asks for nothing:
    what was worked on before it still is."""
    small = found.category == Category.CHAT and found.difficulty is Difficulty.EASY
    return said.manner is Manner.COURTESY or (said.idle and small)


def turn(found: Classification, said: Heard, before: Classification | None, course: Course) -> SessionTurn:
    """How to take a message that was classified as `found`.

    `before` is the task it follows when it goes on with one, `course` how that has gone. A new task starts without the
    failures and the escalations of the one before; so does what follows a courtesy. A complaint makes its task no
    harder by what it says, since it escalates.
    """
    if before is None:
        return SessionTurn(found)
    if not goes_on(said, found, before):
        return SessionTurn(found, task=before if is_beside(said, found) else None)
    now = course.after(said.manner)
    task = inherit(before, found, harder=said.more and said.manner is not Manner.ESCALATES and _is_sure(found))
    return SessionTurn(
        task,
        inherited=True,
        made_harder=before.difficulty if task.difficulty is not before.difficulty else None,
        escalated=now.lift > course.lift,
        lift=now.lift,
        failures=now.failures,
    )


def _is_sure(found: Classification) -> bool:
    return found.category != Category.CHAT and found.confidence >= SURE


def inherit(task: Classification, found: Classification, *, harder: bool = False) -> Classification:
    """The task as it stands, in the length and the tone of the message that goes on with it. It may become `harder` by
    it, never easier."""
    levels = list(Difficulty)
    if harder and levels.index(found.difficulty) > levels.index(task.difficulty):
        task = replace(task, difficulty=found.difficulty, complexity=max(task.complexity, found.complexity))
    return replace(
        task,
        token_count=found.token_count,
        urgency=found.urgency,
        interaction_style=found.interaction_style,
        degraded=found.degraded,
    )


def lifted_preference(preference: float, lift: int) -> float:
    """Each escalation halves the way that is left to the best model; the last one goes there."""
    return 1.0 if lift >= MOST_LIFT else 1 - (1 - preference) / 2**lift


def lifted(found: Classification, lift: int) -> Classification:
    """The task as one that has turned out harder than it looked, by a level for each escalation."""
    if not lift:
        return found
    levels = list(Difficulty)
    level = levels[min(len(levels) - 1, levels.index(found.difficulty) + lift)]
    return replace(found, difficulty=level, complexity=max(found.complexity, ANCHORS[level]))


def held(session: Session, *, now: float, earlier_tokens: int, alone: bool) -> HeldPrompt | None:
    """What the provider of the session's model holds, or None once it will have forgotten.

    A conversation that is sent whole has `earlier_tokens` before its last message. A prompt that stands `alone`
    belongs to a conversation that the caller keeps and sends along.
    """
    if now - session.at > CACHE_LIVES_S:
        return None
    tokens = session.tokens if alone else min(session.tokens, earlier_tokens)
    if tokens < CACHE_FROM_TOKENS:
        return None
    return HeldPrompt(session.model_id, cached_tokens=0 if alone else tokens, history_tokens=tokens if alone else 0)
