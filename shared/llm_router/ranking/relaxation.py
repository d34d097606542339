"""What would have to give for a model that is out: of all changes of the request, the one that asks least."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.ranking.constraints import Violation
from llm_router.ranking.objective import Place


class Exclusion(NamedTuple):
    """A model that may not be used, and each demand it does not meet, the first one first.

    `place` is where it would stand if it might be used; None when its price is not known, or when it is out of use,
    which no other request could change.
    """

    model: ModelEntry
    violations: tuple[Violation, ...]
    place: Place | None


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
    return min((each for each in changeable if _change(each) == change), key=lambda each: each.place or ())


def _effort(exclusion: Exclusion) -> tuple[int, float, Place | None]:
    """How much would have to give; of two with the same, the better one's is less."""
    distance = sum(violation.distance for violation in exclusion.violations)
    return len(exclusion.violations), distance, exclusion.place


def _change(exclusion: Exclusion) -> set[tuple[str | None, str]]:
    """What would have to change for a model, and to what."""
    return {(violation.path, violation.relaxed) for violation in exclusion.violations}
