"""Heads on the embedding as it is: what fine-tuning is compared with, and a start before there is any."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.encoder import ARTIFACTS, Encoder
from classifier.normalise import normalise
from llm_router.taxonomy import Category, Difficulty
from training.labelled import Labelled, own_prompts, split_development
from training.sources import data_dir, public_rows

Matrix = NDArray[np.float64]
STEPS, STEP, MOMENTUM, PENALTY = 1500, 0.5, 0.95, 2e-5


def embeddings(encoder: Encoder, prompts: Sequence[str]) -> Matrix:
    """One row a prompt, as the classifier would embed it."""
    return np.array([encoder.encode(normalise(prompt).text).embedding for prompt in prompts], dtype=np.float64)


def fit_softmax(x: Matrix, target: Matrix) -> tuple[Matrix, Matrix]:
    """Weights `[classes, width]` and bias of a softmax regression on probabilities `target`, by gradient descent."""
    weights, bias = np.zeros((target.shape[1], x.shape[1])), np.zeros(target.shape[1])
    speed_w, speed_b = np.zeros_like(weights), np.zeros_like(bias)
    for _ in range(STEPS):
        scores = x @ weights.T + bias
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        error = (chances - target) / len(x)
        speed_w = MOMENTUM * speed_w - STEP * (error.T @ x + PENALTY * weights)
        speed_b = MOMENTUM * speed_b - STEP * error.sum(axis=0)
        weights, bias = weights + speed_w, bias + speed_b
    return weights, bias


def fit_score(x: Matrix, scores: Matrix) -> tuple[Matrix, Matrix]:
    """A logistic regression on scores between 0 and 1: weights `[1, width]` and bias `[1]`."""
    weights, bias = fit_softmax(x, np.stack([1 - scores, scores], axis=1))
    return weights[1:] - weights[:1], bias[1:] - bias[:1]


def fit_heads(x: Matrix, rows: Sequence[Labelled]) -> dict[str, NDArray[np.generic]]:
    """The entries of a heads file."""
    entries: dict[str, NDArray[np.generic]] = {}

    def add(name: str, fitted: tuple[Matrix, Matrix], activation: str, labels: Sequence[str] = ()) -> None:
        entries[f"{name}.input"] = np.array("embedding")
        entries[f"{name}.0.weight"] = fitted[0].astype(np.float16)
        entries[f"{name}.0.bias"] = fitted[1].astype(np.float16)
        entries[f"{name}.0.activation"] = np.array(activation)
        if labels:
            entries[f"{name}.labels"] = np.array(labels)

    categories, difficulties = list(Category), list(Difficulty)
    places = [categories.index(row.category) for row in rows if row.category is not None]
    add("category", fit_softmax(x, np.eye(len(categories))[places]), "identity", categories)
    known = np.array([row.difficulty is not None and row.complexity is not None for row in rows])
    levels = [
        difficulties.index(row.difficulty) for row in rows if row.difficulty is not None and row.complexity is not None
    ]
    add("difficulty", fit_softmax(x[known], np.eye(len(difficulties))[levels]), "identity", difficulties)
    add(
        "complexity", fit_score(x[known], np.array([r.complexity for r in rows if r.complexity is not None])), "sigmoid"
    )
    add(
        "creativity", fit_score(x[known], np.array([r.creativity for r in rows if r.creativity is not None])), "sigmoid"
    )
    return entries


def main() -> int:
    """Fit on our training prompts and the sample of public sources where `DATA_DIR` is set; write `heads.npz`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ARTIFACTS / "heads.npz")
    options = parser.parse_args()
    started = time.perf_counter()
    rows, development = split_development(own_prompts("train"))
    folder = data_dir()
    rows += public_rows(folder) if folder else []
    encoder = Encoder.load()
    entries = fit_heads(embeddings(encoder, [row.prompt for row in rows]), rows)
    np.savez(options.output, **entries)  # type: ignore[arg-type]
    x = embeddings(encoder, [row.prompt for row in development])
    scores = x @ entries["category.0.weight"].T.astype(np.float64) + entries["category.0.bias"].astype(np.float64)
    right = [
        list(Category)[place] is row.category for place, row in zip(scores.argmax(axis=1), development, strict=True)
    ]
    print(f"{len(rows)} prompts, development accuracy {np.mean(right):.3f}, {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
