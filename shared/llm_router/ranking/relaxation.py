"""What would have to give for a model that is out: of all changes of the request, the one that asks least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import FieldProblem, NoEligibleModel, TooLong
from llm_router.ranking.constraints import DROP, Reason, Violation
from llm_router.ranking.objective import Place
from llm_router.ranking.task import Constraints
from llm_router.ranking.unmatched import unmatched

_NO_WAY_IN: Mapping[Reason, str] = {
    Reason.INACTIVE: "out of use",
    Reason.UNUSABLE: "not usable here",
    Reason.KEY: "not allowed by this key",
    Reason.PRICE_UNKNOWN: "without a known price",
    Reason.CONTEXT_WINDOW: "with too small a window",
    Reason.MAX_OUTPUT: "with too short an answer",
    Reason.CAPABILITY: "without what the request needs",
}
"""What models are that no change of the request would let in."""

_OUT_OF_REACH = {Reason.INACTIVE, Reason.UNUSABLE}
"""What keeps a model out whatever the request and its key."""


class Exclusion(NamedTuple):
    """A model that may not be used, and each demand it does not meet, the first one first.

    `place` is where it would stand if it might be used; None when its price is not known, or when it is out of use,
    which no other request could change.
    """

    model: ModelEntry
    violations: tuple[Violation, ...]
    place: Place | None


def nobody(excluded: Sequence[Exclusion], limits: Constraints, assumed: str = "") -> NoEligibleModel:
    """The error where all models are out, with the smallest change of the request that would give one, and the names
    in its lists that none of them has. A list of nothing else is to be dropped: what was meant cannot be known. Of a
    bound on the price it tells what is `assumed` for it, if anything."""
    vain = unmatched(limits, [each.model for each in excluded])
    whole = {row.path for row in vain if row.whole}
    found = nearest(_without(each, whole) for each in excluded)
    if found is None:
        kind = TooLong if any(map(_is_too_small, excluded)) else NoEligibleModel
        return kind(_hopeless(excluded))
    binding = (
        FieldProblem(violation.path or "", f"binds; the nearest value that gives a model: {violation.relaxed}")
        for violation in found.violations
    )
    changes = " and ".join(f"{violation.path}: {violation.relaxed}" for violation in found.violations)
    if assumed and any(violation.reason is Reason.COST for violation in found.violations):
        changes += f", with {assumed}"
    names = f", and none in the catalogue matches {' and '.join(row.named for row in vain)}" if vain else ""
    return NoEligibleModel(
        f"No model meets the constraints{names}; the nearest relaxation is {changes} "
        f"(gives {found.model.id}).{_doubt(found)}",
        (*binding, *(field for row in vain for field in row.fields)),
    )


def _is_too_small(exclusion: Exclusion) -> bool:
    """Whether a shorter request is all that this model would need."""
    return all(violation.reason is Reason.CONTEXT_WINDOW for violation in exclusion.violations)


def _doubt(exclusion: Exclusion) -> str:
    """What is to be known of a model that the nearest change gives, though it stands after all that will do."""
    silent, unfit, *_ = exclusion.place or (False, False)
    if silent:
        return " It would be cut off before half of its answer."
    return " It is not known to do such work well." if unfit else ""


def _hopeless(excluded: Iterable[Exclusion]) -> str:
    """That no other request would give a model, with the first thing that keeps each out, the commonest first; and who
    could change that, where the caller's key keeps out all that could be used here."""
    lasting = ([one.reason for one in each.violations if one.path is None] for each in excluded)
    counted = Counter(found[0] for found in lasting if found)
    why = ", ".join(f"{count} {_NO_WAY_IN.get(reason, reason)}" for reason, count in counted.most_common())
    told = f"can do this request, whatever its constraints{why and f': {why}'}."
    if counted.keys() - _OUT_OF_REACH != {Reason.KEY}:
        return f"No model in the catalogue {told}"
    return f"No model that this key allows {told} Ask the operator for a key that allows more."


def nearest(excluded: Iterable[Exclusion]) -> Exclusion | None:
    """Of the models that are out, the one for which least would have to give: fewest demands first, then the smallest
    change, and of all that this change lets in the best. None when no change of the request would give a model."""
    changeable = [
        each
        for each in excluded
        if each.place is not None and all(violation.path is not None for violation in each.violations)
    ]
    if not changeable:
        return None
    change = _change(min(changeable, key=_effort))
    return min((each for each in changeable if _is_let_in(each, change)), key=lambda each: each.place or ())


def _without(exclusion: Exclusion, paths: Container[str | None]) -> Exclusion:
    """The exclusion with the lists at these paths to be dropped."""
    return exclusion._replace(
        violations=tuple(
            violation._replace(relaxed=DROP) if violation.path in paths else violation
            for violation in exclusion.violations
        )
    )


def _effort(exclusion: Exclusion) -> tuple[int, float, Place | None]:
    """How much would have to give; of two with the same, the better one's is less."""
    distance = sum(violation.distance for violation in exclusion.violations)
    return len(exclusion.violations), distance, exclusion.place


def _change(exclusion: Exclusion) -> set[tuple[str | None, str]]:
    """What would have to change for a model, and to what."""
    return {(violation.path, violation.relaxed) for violation in exclusion.violations}


def _is_let_in(exclusion: Exclusion, change: Container[tuple[str | None, str]]) -> bool:
    """Whether the change is all that a model needs. A demand that is dropped keeps nobody out, whatever it asked."""
    return all(
        (violation.path, violation.relaxed) in change or (violation.path, DROP) in change
        for violation in exclusion.violations
    )
