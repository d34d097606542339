"""What a session changed about a choice, in words."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.ranking.rank import Candidate
from llm_router.sessions.choice import Choice
from llm_router.sessions.continuing import OpenedSession


@dataclass(frozen=True, slots=True)
class SessionNote:
    """A turn of a session as its caller sees it: which one it is, and what the session did to the choice."""

    turn: int
    inherited: bool
    kept: bool
    escalated: bool


def note_of(opened: OpenedSession, choice: Choice) -> SessionNote:
    """The note for a choice."""
    turns = 0 if opened.session is None else opened.session.turns
    return SessionNote(turns + 1, opened.turn.inherited, choice.kept, opened.turn.escalated)


def session_words(opened: OpenedSession, choice: Choice) -> list[str]:
    """A sentence for each thing that the session or the conversation changed; none when it changed nothing."""
    taken, first = opened.turn, choice.ranking.candidates[0].model
    said = []
    if taken.inherited:
        task = taken.classification
        name = task.category.replace("_", " ")
        level: str = task.difficulty
        if taken.made_harder is not None:
            level = f"{taken.made_harder}, which this message makes {task.difficulty}"
        said.append(f"The message is a follow-up, so it inherits its task: {name}, {level}.")
    if taken.escalated:
        said.append(
            f"The answer before was no good: preference rose to {choice.preference:.2g} and difficulty to "
            f"{choice.classification.difficulty}, {_found(choice)}."
        )
    elif choice.lift:
        said.append(
            f"More is still asked for, since an earlier answer was no good: preference {choice.preference:.2g} and "
            f"difficulty {choice.classification.difficulty}."
        )
    if choice.too_long:
        said.append(
            f"The conversation before, of about {taken.before_tokens} tokens, fits no context window that may be used: "
            "it has to be shortened."
        )
    left = opened.session is not None and choice.incumbent != first.id
    if taken.inherited and left and not (taken.escalated and choice.stronger):
        said.append(_left(choice))
    if taken.escalated or not choice.kept:
        return said
    if taken.inherited:
        said.append(f"{first.display_name} is kept, since the task is the same.")
    else:
        said.append(
            f"{first.display_name} is kept: the gain of a switch is less than the price of reading the session anew, "
            "which its provider's cache still holds."
        )
    return said


def _found(choice: Choice) -> str:
    """What an escalation came to."""
    if choice.incumbent == choice.ranking.candidates[0].model.id:
        return "there is none better than the model before"
    return f"so {'a stronger' if choice.stronger else 'another'} one was looked for"


def _left(choice: Choice) -> str:
    """Why a follow-up does not stay with the model before."""
    ranking = choice.ranking
    out = next((each for each in ranking.excluded if each.model.id == choice.incumbent), None)
    if out is not None:
        return f"{out.model.display_name}, the model before, cannot be kept ({out.violations[0].detail})."
    if ranking.named is None:
        return "The model before is not in the catalogue any more."
    name = ranking.named.model.display_name
    return f"{name}, the model before, is not kept: {_unfit(ranking.named, ranking.candidates[0])}."


def _unfit(before: Candidate, first: Candidate) -> str:
    """What the model before lacks and the first one has."""
    if before.standing.will_not_answer and not first.standing.will_not_answer:
        return "it would be cut off before half of its answer"
    if before.quality.evidenced:
        return "it is more likely to fail than to do well"
    return "nothing is known of how it does such work"
