"""Which public figure tells what about which kind of work, as data with a reason per line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llm_router.catalogue.entry import Basis
from llm_router.taxonomy import Category, Difficulty

SCALE_SOURCE = "lmarena"
"""The source whose points are every category's scale."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures of one source that, averaged, tell about some difficulties of a category. `sd` is in points."""

    source: str
    names: tuple[str, ...]
    levels: tuple[Difficulty, ...]
    basis: Basis
    sd: float
    why: str


@dataclass(frozen=True, slots=True)
class CategoryMap:
    """A category's scale (LMArena's tables), the slope of log-odds per point on it, and its measures."""

    scale: tuple[str, ...]
    slope: float
    slope_why: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class QualityMap:
    """Everything that turns scores into chances; the data file says why for each."""

    ceiling: float
    panel: tuple[str, ...]
    anchors: Mapping[Difficulty, float]
    level_sd: float
    category_sd: float
    predecessor_sd: float
    min_overlap: int
    effort: re.Pattern[str]
    categories: Mapping[Category, CategoryMap]

    @property
    def uses(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Every group of tables that tells something, with its source."""
        scales = {(SCALE_SOURCE, row.scale) for row in self.categories.values()}
        return frozenset(
            scales | {(each.source, each.names) for row in self.categories.values() for each in row.measures}
        )


@cache
def quality_map() -> QualityMap:
    """The map that is part of the package."""
    return make_map(tomllib.loads(Path(__file__).with_name("data").joinpath("quality_map.toml").read_text("utf-8")))


def make_map(data: Mapping[str, Any]) -> QualityMap:
    """A map from parsed TOML. Raises KeyError or ValueError where a category or a reason is missing."""
    return QualityMap(
        ceiling=data["ceiling"],
        panel=tuple(data["panel"]),
        anchors={level: data["anchors"][level.value] for level in Difficulty},
        level_sd=data["imputed"]["level"],
        category_sd=data["imputed"]["category"],
        predecessor_sd=data["imputed"]["predecessor"],
        min_overlap=data["min_overlap"],
        effort=re.compile(data["effort"]),
        categories={category: _category(data["category"][category.value]) for category in Category},
    )


def _category(row: Mapping[str, Any]) -> CategoryMap:
    return CategoryMap(tuple(row["scale"]), row["slope"], row["slope_why"], tuple(map(_measure, row["measure"])))


def _measure(row: Mapping[str, Any]) -> Measure:
    return Measure(
        source=row["source"],
        names=tuple(row["names"]),
        levels=tuple(Difficulty(level) for level in row["levels"]),
        basis=Basis(row["basis"]),
        sd=row["sd"],
        why=row["why"],
    )
