"""Which models fail on which prompts: public outcome tables, as supervision for difficulty."""

from __future__ import annotations

import json
from pathlib import Path

from training.labelled import Labelled, read_jsonl, sample

OUTCOMES = "routing_llmrouter_dcrouter"
"""ulab-uiuc/LLMRouter at 4e7a796942, MIT: nine models on eleven tasks."""
LEVELS = "math_test_levels"
LONGEST = 700
"""Characters; longer ones cost most of the time and are puzzles of one form."""
PER_DIFFICULTY = 200
_LEVEL_SHARE = {"1": 0.1, "2": 0.25, "3": 0.45, "4": 0.6, "5": 0.85}
"""How often a model fails at each of MATH's levels: a scale, since the levels are an order."""


def outcome_rows(folder: Path) -> list[tuple[str, float]]:
    """Prompts with the share of models that failed, from 0 to 1: measured outcomes, and MATH's levels as a scale."""
    rows = []
    with (folder / "train" / f"{OUTCOMES}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            scores = [min(1.0, max(0.0, float(score))) for score in row["outcomes"].values()]
            if len(row["prompt"]) <= LONGEST:
                rows.append((str(row["prompt"]), 1 - sum(scores) / len(scores)))
    return rows + level_rows(folder)


def level_rows(folder: Path) -> list[tuple[str, float]]:
    """MATH prompts with their level on the scale of failure shares."""
    path = folder / "train" / f"{LEVELS}.jsonl"
    with path.open(encoding="utf-8") as lines:
        labels = {str(row["id"]): str(row["raw_label"]) for row in map(json.loads, lines)}
    rows: list[Labelled] = sample(read_jsonl(path, LEVELS), PER_DIFFICULTY * 3, seed=12)
    return [(row.prompt, _LEVEL_SHARE[labels[row.id][-1]]) for row in rows if labels[row.id][-1] in _LEVEL_SHARE]
