"""What the built model says of prompts, for words to learn from: of labels each writer has a habit, of a model less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

from classifier.asides import read_request
from classifier.complexity import complexity_of
from classifier.encoder import Encoder
from classifier.heads import read_heads
from classifier.rules import RuleBook
from training.labelled import Labelled, read_jsonl
from training.outcomes import development_outcomes, training_outcomes
from training.sources import TRAIN

LABELS_COUNT = 0.5
"""Of a prompt's target, where it is labelled; the rest is what the model says."""

Scores = tuple[float, float]
"""Complexity and creativity, from 0 to 1."""


def scores_of_the_model(own: Sequence[Labelled], folder: Path | None, model: Path) -> dict[str, Scores]:
    """The targets of words by prompt: of our own, between label and model; of the public sources, the model's.

    `folder` holds the public sources, and `model` what has been built.
    """
    labelled = {
        row.prompt: (row.complexity, row.creativity)
        for row in own
        if row.complexity is not None and row.creativity is not None
    }
    prompts = list(dict.fromkeys([*labelled, *(_public(folder) if folder else ())]))
    with ProcessPoolExecutor() as processes:
        said = processes.map(partial(_said, model), prompts, chunksize=200)
        return {prompt: _between(labelled.get(prompt), found) for prompt, found in zip(prompts, said, strict=True)}


def _public(folder: Path) -> Iterator[str]:
    """Without those by which complexity is measured."""
    kept_apart = {outcome.prompt for outcome in development_outcomes(folder)}
    for source in TRAIN:
        rows = read_jsonl(folder / "train" / f"{source.name}.jsonl", source.name)
        yield from (row.prompt for row in rows if row.prompt not in kept_apart)
    yield from (outcome.prompt for outcome in training_outcomes(folder) if outcome.prompt not in kept_apart)


def _between(label: Scores | None, found: Scores) -> Scores:
    if label is None:
        return found
    complexity, creativity = (LABELS_COUNT * a + (1 - LABELS_COUNT) * b for a, b in zip(label, found, strict=True))
    return complexity, creativity


def _said(model: Path, prompt: str) -> Scores:
    book, encoder = _loaded(model)
    asked_for = read_request(book, prompt)[1]
    opinion = read_heads(encoder.encode(asked_for.prompt.text))
    return complexity_of(opinion, asked_for.features), opinion.creativity


@cache
def _loaded(model: Path) -> tuple[RuleBook, Encoder]:
    """Once a process."""
    return RuleBook.load(), Encoder.load(model)
