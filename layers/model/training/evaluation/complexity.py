"""`python -m training.evaluation.complexity`: what each term of the complexity and words add, within each task.

Prints Spearman's rank correlation with the share of models that fail, for the measured outcomes that were kept from
training and for those that were not. Needs `DATA_DIR`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from classifier import load
from classifier.asides import read_request
from classifier.complexity import complexity_of
from classifier.features import Features
from classifier.heads import Opinion, read_heads
from training.evaluation.metrics import spearman
from training.outcomes import Outcome, development_outcomes, training_outcomes
from training.sources import data_dir

LEAST = 17
"""Prompts of a task, below which a correlation says nothing."""


class Read(NamedTuple):
    """What is known of one prompt."""

    served: float
    opinion: Opinion
    features: Features
    by_words: float


WAYS: dict[str, Callable[[Read], float]] = {
    "complexity": lambda read: read.served,
    "without words": lambda read: complexity_of(read.opinion, read.features),
    "words alone": lambda read: read.by_words,
    "from labels": lambda read: read.opinion.complexity,
    "from failures": lambda read: read.opinion.failure,
    "numbers": lambda read: float(read.features.numbers),
    "length": lambda read: float(read.features.characters),
}


def correlations(read: Sequence[Read], failed: Sequence[float]) -> dict[str, float]:
    """By way of guessing; NaN where a way says the same of all."""
    with np.errstate(invalid="ignore"):
        return {name: spearman(np.array([way(each) for each in read]), np.array(failed)) for name, way in WAYS.items()}


def main() -> int:
    """One table."""
    folder = data_dir()
    if folder is None:
        print("DATA_DIR is not set.", file=sys.stderr)
        return 1
    classifier = load()
    encoder, grams = classifier.encoder, classifier.grams
    if encoder is None or grams is None:
        print(classifier.about.reason or "grams.npz is missing.", file=sys.stderr)
        return 1

    def read(outcome: Outcome) -> Read:
        request = read_request(classifier.rules, outcome.prompt)[1]
        opinion = read_heads(encoder.encode(request.prompt.text))
        served = classifier.classify(outcome.prompt).complexity
        return Read(served, opinion, request.features, grams.read(request).complexity)

    print(f"| outcomes | task | prompts | {' | '.join(WAYS)} |\n|---|---|---|{'---|' * len(WAYS)}")
    for kept, outcomes in (("kept apart", development_outcomes(folder)), ("trained on", training_outcomes(folder))):
        for task in sorted({outcome.task for outcome in outcomes}):
            some = [outcome for outcome in outcomes if outcome.task == task]
            if len(some) < LEAST:
                continue
            found = correlations([read(each) for each in some], [each.failed for each in some])
            print(f"| {kept} | {task} | {len(some)} | {' | '.join(f'{value:.2f}' for value in found.values())} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
