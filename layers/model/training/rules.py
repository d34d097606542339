"""`python -m training.rules`: fits the weights of the rules to labelled prompts and writes `rule_weights.toml`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.asides import read_request
from classifier.rules import WEIGHTS, RuleBook
from llm_router.taxonomy import Category
from training.labelled import Labelled, labels_of, own_prompts
from training.regression import Matrix, softmax
from training.sources import data_dir, public_rows

STEPS = 3000
STEP = 0.5
PENALTY = 3e-4
"""L2 on the weights; the fit is on mean log-loss."""
LEAST = 0.0
"""A rule speaks for its category, never against it."""


def firings(book: RuleBook, prompts: Sequence[str]) -> Matrix:
    """Which rules fire: `[prompts, rules]` of 0 and 1."""
    places = {rule.name: place for place, rule in enumerate(book.rules)}
    matrix = np.zeros((len(prompts), len(book.rules)))
    for row, prompt in enumerate(prompts):
        for rule, _, _ in book.judge(read_request(book, prompt)[1]).fired:
            matrix[row, places[rule.name]] = 1.0
    return matrix


def fit(fired: Matrix, labels: NDArray[np.int64], speaks_for: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
    """Weights `[rules]` and priors `[categories]` by projected gradient descent with momentum on the log-loss.

    Classes count alike whatever their number of rows, so that the rules have no favourite.
    """
    classes = len(Category)
    share = 1.0 / (np.bincount(labels, minlength=classes)[labels] * classes)
    target = np.eye(classes)[labels]
    owner = np.eye(classes)[speaks_for]
    weights, priors = np.ones(fired.shape[1]), np.zeros(classes)
    speed_w, speed_p = np.zeros_like(weights), np.zeros_like(priors)
    for _ in range(STEPS):
        scores = (fired * weights) @ owner + priors
        error = (softmax(scores) - target) * share[:, None]
        slope_w = (fired * (error @ owner.T)).sum(axis=0) + PENALTY * weights
        speed_w = 0.9 * speed_w - STEP * slope_w
        speed_p = 0.9 * speed_p - STEP * error.sum(axis=0)
        weights = np.maximum(weights + speed_w, LEAST)
        priors = priors + speed_p
    return weights, priors - priors.mean()


def main() -> int:
    """Fit on our training prompts, and on the public sources' sample where `DATA_DIR` is set."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    book = RuleBook.load()
    rows, development = own_prompts("train"), own_prompts("development")
    folder = data_dir()
    rows += public_rows(folder) if folder else []
    categories = list(Category)
    speaks_for = np.array([categories.index(rule.category) for rule in book.rules])
    weights, priors = fit(firings(book, [row.prompt for row in rows]), labels_of(rows), speaks_for)
    lines = [
        "# Written by `python -m training.rules`: log-odds of each rule, and of each category before any fires.",
        "",
    ]
    lines += ["[priors]", *(f"{name} = {prior:.3f}" for name, prior in zip(categories, priors, strict=True)), ""]
    lines += ["[weights]", *(f"{rule.name} = {weight:.3f}" for rule, weight in zip(book.rules, weights, strict=True))]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, some in (("training", rows), ("development", development)):
        print(f"{name}: accuracy {_accuracy(RuleBook.load(), some):.3f} on {len(some)} prompts")
    return 0


def _accuracy(book: RuleBook, rows: Sequence[Labelled]) -> float:
    verdicts = (book.judge(read_request(book, row.prompt)[1]).category for row in rows)
    return float(np.mean([verdict is row.category for verdict, row in zip(verdicts, rows, strict=True)]))


if __name__ == "__main__":
    sys.exit(main())
