"""The catalogue's posterior once what was judged here is known, and how likely an answer comes at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from llm_router.catalogue.entry import ModelEntry, QualityEstimate, QualityTable
from llm_router.catalogue.hosts import same_model
from llm_router.catalogue.quality import IMPUTED_WEIGHT, shrink
from llm_router.outcomes import Observed, Tally
from llm_router.taxonomy import Category, Difficulty

UNKNOWN = QualityEstimate(mean=0.5, sd=0.25, n=IMPUTED_WEIGHT, source="none", as_of=None, imputed=True)
"""A model without any evidence: as likely to do well as not, and hardly anything is known."""

_UNKNOWN = dict.fromkeys(Difficulty, UNKNOWN)

_LEAST_WEIGHT = 1e-9
"""Of a cell that rests on nothing: it goes where those go that it meets."""

_Cells = Mapping[Difficulty, QualityEstimate]


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
    """The table drawn to what was judged, and lowered by the share of attempts that went unanswered.

    Where the table expects no more of a model the harder the work is, so does what comes of it. Judged well, a model is
    expected to do no kind of work worse for it; judged poorly, none better.
    """
    if observed is None:
        return table
    judged, reliability = observed.judged, observed.reliability
    cells: dict[Category, Mapping[Difficulty, QualityEstimate]] = {}
    for category in Category:
        here = judged.get(category, {})
        known = table.get(category, _UNKNOWN if here or reliability < 1 else {})
        found = _in_order(known, _drawn(known, here)) if here else known
        cells[category] = {level: _answered(cell, reliability) for level, cell in found.items()}
    return {category: levels for category, levels in cells.items() if levels}


def _drawn(known: _Cells, judged: Mapping[Difficulty, Tally]) -> _Cells:
    """Each cell with its own judgements."""
    return {
        level: shrink(cell, judged[level].n, judged[level].good) if level in judged else cell
        for level, cell in known.items()
    }


def _in_order(known: _Cells, drawn: _Cells) -> _Cells:
    """Cells without one above an easier one: those that judgements drew past each other meet at their mean, each by the
    weight that it rests on. Those that were `known` in another order are left as they are."""
    levels = [level for level in Difficulty if level in drawn]
    if any(known[easier].mean < known[harder].mean for easier, harder in pairwise(levels)):
        return drawn
    level_with: list[tuple[float, float, int]] = []
    for level in levels:
        mean, weight, count = drawn[level].mean, max(drawn[level].n, _LEAST_WEIGHT), 1
        while level_with and level_with[-1][0] < mean:
            before, its_weight, its_count = level_with.pop()
            mean = (before * its_weight + mean * weight) / (its_weight + weight)
            weight, count = its_weight + weight, its_count + count
        level_with.append((mean, weight, count))
    means = [mean for mean, _, count in level_with for _ in range(count)]
    return {level: replace(drawn[level], mean=mean) for level, mean in zip(levels, means, strict=True)}


def _answered(cell: QualityEstimate, reliability: float) -> QualityEstimate:
    return cell if reliability >= 1 else replace(cell, mean=cell.mean * reliability)
