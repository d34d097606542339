"""What the built model says of prompts, for words to learn from: of labels each writer has a habit, of a model less,
and most prompts of the public sources have no label that is by our rubric.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from classifier.asides import read_request
from classifier.complexity import complexity_of
from classifier.encoder import Encoder
from classifier.fusion import Chances
from classifier.heads import read_heads
from classifier.rules import RuleBook
from training.labelled import Labelled, read_jsonl
from training.outcomes import development_outcomes, training_outcomes
from training.sources import TRAIN, kept_from_training

LABELS_COUNT = 0.5
"""Of a prompt's target, where it is labelled; the rest is what the model says."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of one prompt: the model's probabilities of `CATEGORIES`, and the complexity and creativity to learn, 0 to 1."""

    chances: Chances
    complexity: float
    creativity: float


def lessons_of_the_model(own: Sequence[Labelled], folder: Path | None, model: Path) -> dict[str, Lesson]:
    """The lessons by prompt: the scores of our own are between label and model, those of the public sources the
    model's.

    `folder` holds the public sources, and `model` what has been built.
    """
    labelled = {row.prompt: row for row in own if row.complexity is not None and row.creativity is not None}
    prompts = list(dict.fromkeys([*labelled, *(_public(folder) if folder else ())]))
    with ProcessPoolExecutor() as processes:
        said = processes.map(partial(_said, model), prompts, chunksize=200)
        return {prompt: _with_label(found, labelled.get(prompt)) for prompt, found in zip(prompts, said, strict=True)}


def _public(folder: Path) -> Iterator[str]:
    """Without those by which anything is measured."""
    kept_apart, kept_ids = {outcome.prompt for outcome in development_outcomes(folder)}, kept_from_training()
    for source in TRAIN:
        rows = read_jsonl(folder / "train" / f"{source.name}.jsonl", source.name)
        yield from (row.prompt for row in rows if row.prompt not in kept_apart and row.id not in kept_ids)
    yield from (outcome.prompt for outcome in training_outcomes(folder) if outcome.prompt not in kept_apart)


def _with_label(said: Lesson, row: Labelled | None) -> Lesson:
    if row is None or row.complexity is None or row.creativity is None:
        return said
    return replace(
        said,
        complexity=LABELS_COUNT * row.complexity + (1 - LABELS_COUNT) * said.complexity,
        creativity=LABELS_COUNT * row.creativity + (1 - LABELS_COUNT) * said.creativity,
    )


def _said(model: Path, prompt: str) -> Lesson:
    book, encoder = _loaded(model)
    asked_for = read_request(book, prompt)[1]
    opinion = read_heads(encoder.encode(asked_for.prompt.text))
    return Lesson(opinion.categories, complexity_of(opinion, asked_for.features), opinion.creativity)


@cache
def _loaded(model: Path) -> tuple[RuleBook, Encoder]:
    """Once a process."""
    return RuleBook.load(), Encoder.load(model)
