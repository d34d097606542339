"""Labelled prompts: our own, which lie beside this module, and those of public sources."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_router.taxonomy import Category, Difficulty

PROMPTS = Path(__file__).with_name("prompts")
SEED = 11
TEST_ITEMS = frozenset({"boards", "clerks", "clinics", "labs", "schoolyard", "subjects", "subjects2", "wards"})
"""Our files of test items. What their complexity says is how often a mid-size model would answer wrongly, subject by
subject, so it stands for measured failures, too."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A prompt and what is known of it; None is unknown."""

    prompt: str
    id: str
    source: str
    category: Category | None
    difficulty: Difficulty | None = None
    complexity: float | None = None
    creativity: float | None = None
    lang: str = ""


def json_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Every row of a file of JSON lines as it stands. Raises `OSError` or `ValueError`."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def read_jsonl(path: Path, source: str) -> list[Labelled]:
    """Every row of a file in the form that `prompts/` and `DATA_DIR` share.

    Raises `OSError`, `ValueError` or `KeyError`.
    """
    return [_labelled(row, source) for row in json_rows(path)]


def _labelled(row: dict[str, object], source: str) -> Labelled:
    category, difficulty = row.get("category"), row.get("difficulty")
    return Labelled(
        prompt=str(row["prompt"]),
        id=str(row["id"]),
        source=str(row.get("source", source)),
        category=Category(str(category)) if category else None,
        difficulty=Difficulty(str(difficulty)) if difficulty else None,
        complexity=_score(row.get("complexity")),
        creativity=_score(row.get("creativity")),
        lang=str(row.get("lang") or ""),
    )


def _score(value: object) -> float | None:
    if value is None:
        return None
    score = float(str(value))
    if not (math.isfinite(score) and 0 <= score <= 1):
        raise ValueError("a score must lie between 0 and 1")
    return score


def own_prompts(split: str) -> list[Labelled]:
    """Our committed prompts of `train`, `development` or `heldout`, in the order of file and line.

    Each split is by writers of its own: fusion and confidence are fitted on those of `development`.
    """
    return [row for path in sorted((PROMPTS / split).glob("*.jsonl")) for row in read_jsonl(path, path.stem)]


def labels_of(rows: Sequence[Labelled]) -> NDArray[np.int64]:
    """The places of the rows' categories in the taxonomy; every row must have one."""
    categories = list(Category)
    return np.array([categories.index(row.category) for row in rows if row.category is not None], dtype=np.int64)


def sample(rows: Iterable[Labelled], per_category: int, seed: int = SEED) -> list[Labelled]:
    """At most so many rows of each category, drawn with a fixed seed; rows without a category are left out."""
    drawn: list[Labelled] = []
    for category, group in by_category(rows):
        if category is not None:
            ordered = sorted(group, key=lambda row: row.id)
            random.Random(seed).shuffle(ordered)  # noqa: S311 - an order, not a secret
            drawn += ordered[:per_category]
    return drawn


def by_category(rows: Iterable[Labelled]) -> Iterator[tuple[Category | None, list[Labelled]]]:
    """The rows of each category, in the taxonomy's order."""
    groups: defaultdict[Category | None, list[Labelled]] = defaultdict(list)
    for row in rows:
        groups[row.category].append(row)
    for category in (*Category, None):
        if groups[category]:
            yield category, groups[category]
