"""LMArena's ratings: which answer people preferred, per kind of prompt, as a Bradley-Terry fit with 95 % intervals."""

from __future__ import annotations

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import BadRecord, Problems
from llm_router.catalogue.records import Reading, Scale, Score
from llm_router.errors import SourceUnavailable
from llm_router.json_values import Json

NAME = "lmarena"
PRIORITY = 0
URL = "https://raw.githubusercontent.com/lmarena/arena-catalog/main/data/leaderboard-text-style-control.json"

_LEAST, _MOST = 500.0, 2500.0
"""Models are rated from about 1000 to 1600: what is far outside is no rating."""

_INTERVAL_SDS = 2 * 1.96
"""Standard errors between the 2.5 % and the 97.5 % quantile."""


def parse(body: bytes, as_of: str) -> Reading:
    """Every model's rating in every category. Raises `SourceUnavailable` where there is none."""
    scores, problems = [], Problems()
    for place, (category, rows) in enumerate(payload.json_object(payload.document(body)).items()):
        if not isinstance(rows, dict):
            problems.add(f"category {place}", "is no object")
            continue
        for position, (name, row) in enumerate(rows.items()):
            try:
                scores.append(_score(category, name, payload.record(row)))
            except BadRecord as bad:
                problems.add(f"row {position} of a category", str(bad))
    if not scores:
        raise SourceUnavailable("The source has another schema: there are no ratings.")
    return Reading(NAME, PRIORITY, as_of, scores=scores, problems=problems.found)


def _score(category: str, name: str, row: dict[str, Json]) -> Score:
    rating, low, high = (payload.number(row.get(key), key) for key in ("rating", "rating_q025", "rating_q975"))
    if rating is None or not _LEAST <= rating <= _MOST:
        raise BadRecord("has no rating")
    sd = None if low is None or high is None or high < low else (high - low) / _INTERVAL_SDS
    return Score(payload.model_name(name), payload.model_name(category), rating, Scale.RATING, sd)
