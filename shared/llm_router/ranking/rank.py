"""Ranks the catalogue for one task: who may be used, in which order, and why each other one is out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.ranking.constraints import out_of_use, violations
from llm_router.ranking.cost import Price
from llm_router.ranking.estimates import Estimates, estimated
from llm_router.ranking.latency import Wait, waits_ms
from llm_router.ranking.objective import Place, Places, Standing
from llm_router.ranking.quality import Quality
from llm_router.ranking.relaxation import Exclusion, nobody
from llm_router.ranking.task import Constraints, Surroundings, Task

if TYPE_CHECKING:
    from llm_router.ranking.columns import Columns, Flags, Whole

MOST_RANKED = 20
"""Candidates that an answer tells of: with thousands of models the rest would only make it long."""


class Candidate(NamedTuple):
    """A model that may be used, with everything its place rests on.

    `standing.usd` is what it was ranked by: the price of the request and of the session that goes with it.
    """

    model: ModelEntry
    standing: Standing
    quality: Quality
    price: Price
    wait: Wait

    @property
    def usd(self) -> float:
        """What this request is expected to cost; a model without a price is no candidate."""
        return self.price.usd


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best candidates, best first, how many there are in all, and everything that is out.

    `named` is the candidate that was asked for by name, though it may stand behind the best; None where it is out.
    """

    candidates: tuple[Candidate, ...]
    eligible: int
    excluded: tuple[Exclusion, ...]
    named: Candidate | None = None


class Outlook(NamedTuple):
    """What is expected of one model: how long the whole answer takes, the chance that it is good, and whether it is
    `silent`, cut off before half of what is wanted."""

    wait_ms: float
    quality: float
    silent: bool = False


def rank(
    columns: Columns,
    task: Task,
    limits: Constraints,
    preference: float,
    around: Surroundings,
    most: int = MOST_RANKED,
    name: str | None = None,
) -> Ranking:
    """The ranking, with the candidate whose id is `name`; raises `NoEligibleModel` naming what binds when nobody is
    left.

    A bound on the price binds what is paid when the provider's cache has forgotten the session and, where a model is to
    answer, when it reads somewhat more than is expected. A model whose thoughts leave less than half of what is wanted
    stands behind all that answer, and meets no `min_quality`. One that is expected to take longer than a whole answer
    has cannot be used.
    """
    import numpy as np

    found = estimated(columns, task, limits, around)
    places = found.places(preference)
    eligible, excluded = _divided(found, places, task, limits)
    rows = np.flatnonzero(eligible)
    if not len(rows):
        raise nobody(excluded, limits, task.dearest.assumed)
    told = _candidates(found, _sorted(found, places, places.first(rows, most))[:most])
    named = None if name is None else columns.index.get(name)
    asked = [] if named is None or not eligible[named] else _sorted(found, places, np.array([named]))
    return Ranking(
        candidates=tuple(told),
        eligible=len(rows),
        excluded=tuple(sorted(excluded, key=_name)),
        named=_candidates(found, asked)[0] if asked else None,
    )


def _divided(found: Estimates, places: Places, task: Task, limits: Constraints) -> tuple[Flags, list[Exclusion]]:
    """Which may be used, and those that are out, in the catalogue's order."""
    import numpy as np

    unusable = {**found.too_late(task.within_s), **found.around.unusable}
    eligible = found.plainly_eligible(task, limits)
    eligible[found.columns.among(unusable)] = False
    rows = np.flatnonzero(~eligible)
    excluded: list[Exclusion] = []
    if not len(rows):
        return eligible, excluded
    prospects = found.prospects(rows)
    stands = places.of(rows, [each.model.id for each in prospects])
    for row, prospect, place in zip(rows.tolist(), prospects, stands, strict=True):
        model = prospect.model
        if model.id in unusable:
            excluded.append(Exclusion(model, out_of_use(model, unusable[model.id]), None))
        elif out := violations(prospect, task, limits):
            excluded.append(Exclusion(model, tuple(out), None if prospect.usd is None else place))
        else:
            eligible[row] = True
    return eligible, excluded


def _sorted(found: Estimates, places: Places, rows: Whole) -> list[tuple[Place, int]]:
    """These rows behind their places, best first: ids differ, so places do."""
    at, models = rows.tolist(), found.columns.rows
    return sorted(zip(places.of(rows, [models[row].model.id for row in at]), at, strict=True))


def _candidates(found: Estimates, chosen: list[tuple[Place, int]]) -> list[Candidate]:
    import numpy as np

    rows = np.array([row for _, row in chosen])
    parts = zip(chosen, found.qualities(rows), found.prices(rows), found.waits(rows), strict=True)
    models = found.columns.rows
    return [
        Candidate(models[row].model, Standing(*place), quality, price, wait)
        for (place, row), quality, price, wait in parts
    ]


def outlook(alone: Columns, task: Task, limits: Constraints, around: Surroundings) -> Outlook:
    """What a ranking would expect of the one model in these columns, whether or not it may be used."""
    found = estimated(alone, task, limits, around)
    return Outlook(float(found.wait_ms[0]), float(found.quality[0]), bool(found.silent[0]))


def wait_for(alone: Columns, tokens: int, around: Surroundings) -> float:
    """Milliseconds until the one model in these columns has written so many tokens."""
    import numpy as np

    written, thought = np.array([tokens]), np.array([0])
    return float(waits_ms(alone, written, thought, around.live)[0])


def _name(exclusion: Exclusion) -> str:
    return exclusion.model.id
