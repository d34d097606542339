"""Quality as an operator states it: cell by cell as in our answers, or one score per kind of work.

A typed-in figure is no evidence, and is labelled with who typed it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from llm_router.catalogue.entry import QualityEstimate, QualityTable
from llm_router.catalogue.quality import IMPUTED_WEIGHT, PRIOR_WEIGHT
from llm_router.catalogue.records import OPERATOR
from llm_router.errors import FieldProblem
from llm_router.json_values import Json
from llm_router.taxonomy import Category, Difficulty

SCORED: Final = "operator's capabilities"
"""The source of cells made from one score per kind of work: public evidence replaces them."""

STATED_SD: Final = 0.1
"""Of a cell that is stated without one: as little sure as the least sure fifth of what is measured in the bundled
catalogue (0.096)."""

SCORED_SD: Final = 0.2
"""Of a cell made from a single score: as the least sure tenth of what is inferred there (0.202)."""

_EDGE: Final = 0.02
"""Chances are moved from no nearer to 0 and 1, where log-odds would be infinite: the quality map's `ceiling`, too, has
the best miss one in fifty."""

SPACING = 1.5
"""Log-odds between neighbouring difficulties around a single score, about what public evidence shows."""

_CELL: Final = frozenset({"mean", "sd", "n", "source", "as_of", "imputed", "basis"})
_KINDS: Final[Mapping[str, Category]] = {
    **{category.value: category for category in Category},
    "code": Category.CODING,
    "reasoning": Category.ANALYSIS,
    "writing": Category.CREATIVE_WRITING,
    "creative": Category.CREATIVE_WRITING,
    "support": Category.CHAT,
}


def quality_from_cells(given: Json, today: str) -> tuple[QualityTable, list[FieldProblem]]:
    """The cells of `{category: {difficulty: {"mean": ..., "sd": ..., "n": ...}}}`, or what is wrong with them.

    A cell has the source it was given with, by which `stated` tells whether it is one that is held.
    """
    if not isinstance(given, Mapping):
        return {}, [FieldProblem("quality", "must be an object")]
    table: dict[Category, dict[Difficulty, QualityEstimate]] = {}
    problems = _no_objects(given, "quality", Category)
    for category in Category:
        levels = given.get(category)
        if not isinstance(levels, Mapping):
            continue
        path = f"quality.{category}"
        problems += _no_objects(levels, path, Difficulty)
        for level in Difficulty:
            if isinstance(cell := levels.get(level), Mapping):
                estimate, wrong = _given(cell, f"{path}.{level}", today)
                problems += wrong
                table.setdefault(category, {})[level] = estimate
    return table, problems


def _no_objects(given: Mapping[str, Json], path: str, names: type[StrEnum]) -> list[FieldProblem]:
    """The one problem of an object that holds another name than these, or anything but objects."""
    known = set(names)
    if all(name in known and isinstance(value, Mapping) for name, value in given.items()):
        return []
    return [FieldProblem(path, f"must have an object for each of {', '.join(names)}")]


def quality_from_scores(given: Mapping[str, Json], today: str) -> tuple[QualityTable, list[FieldProblem]]:
    """Cells from scores such as `{"coding": 0.8}`. Kinds we do not know are passed over, and 0 means not scored."""
    if not all(map(_is_share, given.values())):
        return {}, [FieldProblem("capabilities", "must be scores from 0 to 1, or a list of capabilities")]
    table: dict[Category, dict[Difficulty, QualityEstimate]] = {}
    for kind, score in given.items():
        if kind in _KINDS and isinstance(score, int | float) and score > 0:
            table[_KINDS[kind]] = _around(float(score), today)
    return table, []


def stated(
    cells: Mapping[Difficulty, QualityEstimate], held: Mapping[Difficulty, QualityEstimate]
) -> dict[Difficulty, QualityEstimate]:
    """The cells as the operator's, but for those that are held already: sending an answer back changes nothing."""
    return {
        level: replace(cell, source=OPERATOR)
        for level, cell in cells.items()
        if level not in held or _figures(cell) != _figures(held[level])
    }


def answered(cell: QualityEstimate) -> QualityEstimate:
    """The cell with as many digits as our answers give."""
    return replace(cell, mean=round(cell.mean, 4), sd=round(cell.sd, 4), n=round(cell.n, 2))


def _figures(cell: QualityEstimate) -> tuple[float, float, float, str]:
    cell = answered(cell)
    return cell.mean, cell.sd, cell.n, cell.source


def completed(cells: Mapping[Difficulty, QualityEstimate]) -> dict[Difficulty, QualityEstimate]:
    """All three difficulties from those that are stated: a missing one is the nearest, moved by the spacing."""
    order = list(Difficulty)
    stated = sorted(order.index(level) for level in cells)
    full = {}
    for place, level in enumerate(order):
        nearest = min(stated, key=lambda other: abs(other - place))
        cell = cells[order[nearest]]
        full[level] = cell if nearest == place else _moved(cell, SPACING * (nearest - place))
    return full


def _moved(cell: QualityEstimate, step: float) -> QualityEstimate:
    bounded = min(1 - _EDGE, max(_EDGE, cell.mean))
    mean = round(1 / (1 + math.exp(-math.log(bounded / (1 - bounded)) - step)), 4)
    sd = max(cell.sd, SCORED_SD)
    return QualityEstimate(mean, sd, IMPUTED_WEIGHT, SCORED, cell.as_of, imputed=True)


def _given(cell: Mapping[str, Json], path: str, today: str) -> tuple[QualityEstimate, list[FieldProblem]]:
    problems = [] if cell.keys() <= _CELL else [FieldProblem(path, "has a field that is none of a cell")]
    source = cell.get("source")
    if source is None:
        source = OPERATOR
    elif not isinstance(source, str):
        problems.append(FieldProblem(f"{path}.source", "must be a text"))
        source = OPERATOR
    values = {"mean": 0.5, "sd": STATED_SD, "n": PRIOR_WEIGHT}
    for name in values:
        value = cell.get(name)
        if value is None and name != "mean":
            continue
        limit = 1e6 if name == "n" else 1.0
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limit:
            problems.append(FieldProblem(f"{path}.{name}", f"must be a number from 0 to {limit:g}"))
        else:
            values[name] = float(value)
    return QualityEstimate(values["mean"], values["sd"], values["n"], source, today, imputed=False), problems


def _around(score: float, today: str) -> dict[Difficulty, QualityEstimate]:
    cell = QualityEstimate(score, SCORED_SD, IMPUTED_WEIGHT, SCORED, today, imputed=False)
    return completed({Difficulty.MEDIUM: cell})


def _is_share(value: Json) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value <= 1
