"""The catalogue's posterior once what was judged here is known, and how likely an answer comes at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from llm_router.catalogue.entry import QualityEstimate, QualityTable
from llm_router.catalogue.quality import IMPUTED_WEIGHT, shrink
from llm_router.outcomes import Observed, Tally
from llm_router.taxonomy import Category, Difficulty

UNKNOWN = QualityEstimate(mean=0.5, sd=0.25, n=IMPUTED_WEIGHT, source="none", as_of=None, imputed=True)
"""A model without any evidence: as likely to do well as not, and hardly anything is known."""

_UNKNOWN = dict.fromkeys(Difficulty, UNKNOWN)


def joined(table: QualityTable, observed: Observed | None) -> QualityTable:
    """The table drawn to what was judged, cell by cell, and lowered by the share of attempts that went unanswered."""
    if observed is None:
        return table
    judged, reliability = observed.judged, observed.reliability
    cells: dict[Category, Mapping[Difficulty, QualityEstimate]] = {}
    for category in Category:
        here = judged.get(category, {})
        known = table.get(category, _UNKNOWN if here or reliability < 1 else {})
        cells[category] = {level: _cell(cell, here.get(level), reliability) for level, cell in known.items()}
    return {category: levels for category, levels in cells.items() if levels}


def _cell(prior: QualityEstimate, seen: Tally | None, reliability: float) -> QualityEstimate:
    found = prior if seen is None else shrink(prior, seen.n, seen.good)
    return found if reliability >= 1 else replace(found, mean=found.mean * reliability)
