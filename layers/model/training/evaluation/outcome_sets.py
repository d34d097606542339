"""Prompts with the measured outcome of every model on each, and what each answer cost.

The outcomes that are fitted to are without their task from Natural Questions (`training.outcomes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier import HybridClassifier
from llm_router.taxonomy import Classification
from training.evaluation.metrics import Numbers
from training.labelled import json_rows
from training.outcomes import OUTCOMES, measured_rows

CHECKS = ("routing_routerbench_mbpp", "routing_routerbench_arc_challenge", "routing_routerbench_winogrande")

USD_PER_MTOK: Mapping[str, float] = {
    "mistral-7b-instruct-v0.3": 0.20,
    "llama3-chatqa-1.5-8b": 0.20,
    "llama-3.1-8b-instruct": 0.20,
    "qwen2.5-7b-instruct": 0.20,
    "codegemma-7b": 0.30,
    "gemma-2-9b-it": 0.30,
    "llama3-chatqa-1.5-70b": 0.90,
    "llama-3.1-nemotron-51b-instruct": 0.90,
    "llama-3.3-nemotron-super-49b-v1": 0.90,
}
"""The file of outcomes to train on has no costs. An assumption stands in for them: a price by size as hosts of open
models ask it (up to 8 billion parameters, up to 21, up to 80), the same for input and output."""


@dataclass(frozen=True, slots=True)
class OutcomeSet:
    """Scores from 0 to 1 and USD, both `[prompts, models]`; `kinds` says which task each prompt is of."""

    name: str
    models: tuple[str, ...]
    kinds: tuple[str, ...]
    found: tuple[Classification, ...]
    scores: Numbers
    usd: Numbers

    @property
    def tokens(self) -> Numbers:
        """Prompt and expected answer, `[prompts]`."""
        return _tokens(self.found)


def training_set(folder: Path, classifier: HybridClassifier) -> OutcomeSet:
    """The outcomes that may be fitted to, at assumed prices."""
    return _outcome_set(OUTCOMES, measured_rows(folder), classifier)


def check_set(folder: Path, classifier: HybridClassifier) -> OutcomeSet:
    """RouterBench's outcomes at their measured costs, which are only measured on."""
    rows = (row for name in CHECKS for row in json_rows(folder / "check" / f"{name}.jsonl"))
    return _outcome_set("routerbench", rows, classifier)


def _outcome_set(name: str, found: Iterable[dict[str, Any]], classifier: HybridClassifier) -> OutcomeSet:
    """The prompts that every model has answered, classified as they are served."""
    rows = list(found)
    models = tuple(sorted({model for row in rows for model in row["outcomes"]}))
    rows = [row for row in rows if all(model in row["outcomes"] for model in models)]
    classified = tuple(classifier.classify(row["prompt"]) for row in rows)
    scores = np.array([[row["outcomes"][model] for model in models] for row in rows], dtype=np.float64)
    if all(row.get("cost") for row in rows):
        usd = np.array([[row["cost"][model] for model in models] for row in rows], dtype=np.float64)
    else:
        usd = _tokens(classified)[:, None] * np.array([USD_PER_MTOK[model] for model in models])[None, :] / 1e6
    return OutcomeSet(name, models, tuple(str(row["task"]) for row in rows), classified, scores.clip(0, 1), usd)


def _tokens(found: Sequence[Classification]) -> Numbers:
    return np.array([each.token_count + each.output_tokens for each in found], dtype=np.float64)
