"""How often models fail on which prompts: measured outcomes, levels and ratings, as supervision for difficulty.

The measured outcomes have a task whose prompts are those of Natural Questions, which nothing may be trained or tuned
on: `measured_rows` leaves it out for all that is fitted. Training also leaves out what RouterBench asks in nearly the
same words, since the choice and the difficulty are measured on that.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from training.labelled import PROMPTS, Labelled, json_rows, read_jsonl, sample

OUTCOMES = "routing_llmrouter_dcrouter"
"""ulab-uiuc/LLMRouter at 4e7a796942, MIT: nine models on fourteen tasks, of which `measured_rows` gives thirteen."""
NATURAL_QUESTIONS = "natural_qa"
"""The task that is left out."""
ALSO_IN_ROUTERBENCH = Path(__file__).with_name("outcomes_left_out.txt")
"""Ids of MBPP's prompts, and one of ARC's, that have four of five words in common with one of RouterBench's."""
LEVELS = "math_test_levels"
WORD_PROBLEMS = "gsm8k_train"
RATINGS = PROMPTS / "ratings" / f"{WORD_PROBLEMS}.txt"
"""Our own ratings of public word problems: id, steps of a solution, how often a mid-size model would fail."""
MOST_STEPS = 8
"""Of a word problem; more are counted as so many, since few have them."""
LONGEST = 700
"""Characters; longer ones cost most of the time and are puzzles of one form."""
LEVEL_ROWS = 600
"""Of MATH, drawn over all its levels."""
HELD_OUT, RATED_HELD_OUT = 4, 10
"""One in so many measured outcomes, and one in so many rated ones, is kept from training, by a hash of its id."""
_LEVEL_SHARE = {"1": 0.1, "2": 0.25, "3": 0.45, "4": 0.6, "5": 0.85}
"""How often a model fails at each of MATH's levels: a scale, since the levels are an order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A prompt of a task, and the share of models that fail on it, from 0 to 1."""

    prompt: str
    task: str
    failed: float


def training_outcomes(folder: Path) -> list[Outcome]:
    """Everything that is trained on."""
    measured = [outcome for key, outcome in _measured(folder) if not _is_held_out(key, HELD_OUT)]
    rated = [outcome for key, outcome in _rated(folder) if not _is_held_out(key, RATED_HELD_OUT)]
    return [*measured, *_levels(folder), *rated]


def development_outcomes(folder: Path) -> list[Outcome]:
    """Measured and rated outcomes that are not trained on."""
    measured = [outcome for key, outcome in _measured(folder) if _is_held_out(key, HELD_OUT)]
    return measured + [outcome for key, outcome in _rated(folder) if _is_held_out(key, RATED_HELD_OUT)]


def _is_held_out(key: str, one_in: int) -> bool:
    return zlib.crc32(key.encode()) % one_in == 0


def measured_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of the measured outcomes that may be fitted to."""
    for row in json_rows(folder / "train" / f"{OUTCOMES}.jsonl"):
        if row["task"] != NATURAL_QUESTIONS:
            yield row


def _measured(folder: Path) -> Iterator[tuple[str, Outcome]]:
    left_out = set(ALSO_IN_ROUTERBENCH.read_text("utf-8").split())
    for row in measured_rows(folder):
        scores = [min(1.0, max(0.0, float(score))) for score in row["outcomes"].values()]
        if len(row["prompt"]) <= LONGEST and row["id"] not in left_out:
            yield str(row["id"]), Outcome(str(row["prompt"]), str(row["task"]), 1 - sum(scores) / len(scores))


def _levels(folder: Path) -> Iterator[Outcome]:
    """MATH prompts with their level on the scale of failure shares."""
    path = folder / "train" / f"{LEVELS}.jsonl"
    labels = {str(row["id"]): str(row["raw_label"]) for row in json_rows(path)}
    rows: Sequence[Labelled] = sample(read_jsonl(path, LEVELS), LEVEL_ROWS, seed=12)
    for row in rows:
        if (share := _LEVEL_SHARE.get(labels[row.id][-1])) is not None:
            yield Outcome(row.prompt, LEVELS, share)


def _rated(folder: Path) -> Iterator[tuple[str, Outcome]]:
    """Public word problems as we rated them: the mean of each one's share and that of all with as many steps.

    Steps are counted and shares are judged, so the first are the surer half.
    """
    rows = [(key, min(int(steps), MOST_STEPS), float(share)) for key, steps, share in map(str.split, _ratings())]
    by_steps = {steps: fmean(share for _, n, share in rows if n == steps) for steps in {n for _, n, _ in rows}}
    ratings = {key: (share + by_steps[steps]) / 2 for key, steps, share in rows}
    for row in read_jsonl(folder / "train" / f"{WORD_PROBLEMS}.jsonl", WORD_PROBLEMS):
        key = row.id.rpartition(":")[2]
        if (rated := ratings.get(key)) is not None:
            yield key, Outcome(row.prompt, WORD_PROBLEMS, rated)


def _ratings() -> list[str]:
    return RATINGS.read_text("utf-8").splitlines()
