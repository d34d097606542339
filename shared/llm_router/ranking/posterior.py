"""The catalogue's posterior once what was judged here is known, and how likely an answer comes at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from llm_router.catalogue.entry import ModelEntry, QualityEstimate, QualityTable
from llm_router.catalogue.hosts import same_model
from llm_router.catalogue.quality import IMPUTED_WEIGHT, shrink
from llm_router.outcomes import Observed, Tally
from llm_router.taxonomy import Category, Difficulty

UNKNOWN = QualityEstimate(mean=0.5, sd=0.25, n=IMPUTED_WEIGHT, source="none", as_of=None, imputed=True)
"""A model without any evidence: as likely to do well as not, and hardly anything is known."""

_UNKNOWN = dict.fromkeys(Difficulty, UNKNOWN)


def pooled(models: Iterable[ModelEntry], observed: Mapping[str, Observed]) -> Mapping[str, Observed]:
    """What was observed, with the judgements of a model at all its providers for each of them. Attempts stay apart."""
    named: dict[str, list[ModelEntry]] = {}
    for model in models:
        named.setdefault(model.display_name, []).append(model)
    found = dict(observed)
    for alike in named.values():
        judged = [model for model in alike if model.id in observed and observed[model.id].judged]
        for model in alike if judged else ():
            if of_it := [observed[other.id] for other in judged if same_model(model, other)]:
                found[model.id] = replace(observed.get(model.id, Observed()), judged=_summed(of_it))
    return found


def _summed(seen: Iterable[Observed]) -> Mapping[Category, Mapping[Difficulty, Tally]]:
    found: dict[Category, dict[Difficulty, Tally]] = {}
    for each in seen:
        for category, levels in each.judged.items():
            here = found.setdefault(category, {})
            for level, tally in levels.items():
                before = here.get(level, Tally(0.0, 0.0))
                here[level] = Tally(before.n + tally.n, before.good + tally.good)
    return found


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
