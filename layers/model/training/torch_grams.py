"""`python -m training.torch_grams`: fits the linear model over words and their neighbours, and writes `grams.npz`.

What the model says, which must have been built, is learnt, too: the categories of real prompts that nobody labelled by
our rubric, and every prompt's complexity and creativity.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from classifier.asides import read_request
from classifier.encoder import ARTIFACTS
from classifier.fusion import CATEGORIES
from classifier.grams import BUCKETS, GRAMS, SCORES, buckets
from classifier.rules import RuleBook
from training.augment import perturb
from training.evaluation.metrics import spearman
from training.labelled import Labelled, labels_of, own_prompts
from training.sources import data_dir, public_rows
from training.taught import Lesson, lessons_of_the_model

EPOCHS, SCORE_EPOCHS = 4, 3
SIZE, RATE, DECAY, DROPPED, SMOOTHING, SEED = 128, 0.02, 0.005, 0.2, 0.05, 1
LAST_SHARE = 0.02
"""Of the rate at the end. Without the decline the last steps' noise stays in the table, and costs most on prompts typed
in haste."""

LEVELS = 21
"""Finer steps tell prompts of others no better, and take half as much room again."""

PERTURBED = 2
"""Changed copies of each prompt from which categories are learnt beside it."""


class Bag(nn.Module):
    """`sum of rows / sqrt(count) + bias` in so many columns, as `classifier.grams` works it out."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.rows = nn.EmbeddingBag(BUCKETS, columns, mode="sum")
        self.bias = nn.Parameter(torch.zeros(columns))
        nn.init.zeros_(self.rows.weight)

    def forward(self, found: Sequence[Sequence[int]]) -> Tensor:
        starts = torch.tensor([0, *np.cumsum([len(each) for each in found])[:-1]])
        counts = torch.tensor([max(1, len(each)) for each in found]).float()
        return (
            self.rows(torch.tensor([place for each in found for place in each]), starts) / counts.sqrt()[:, None]
            + self.bias
        )


def fit(bag: Bag, found: Sequence[list[int]], loss_of: Callable[[Tensor, list[int]], Tensor], *, epochs: int) -> Bag:
    """By the loss of what the bag says of the rows at some places.

    In each step a share of a prompt's words is left out, so that none decides alone.
    """
    chance = random.Random(SEED)  # noqa: S311 - an order, not a secret
    optimiser = torch.optim.AdamW(bag.parameters(), lr=RATE, weight_decay=DECAY)
    order = list(range(len(found)))
    total = epochs * math.ceil(len(order) / SIZE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(LAST_SHARE, 1 - step / total))
    for _ in range(epochs):
        chance.shuffle(order)
        for start in range(0, len(order), SIZE):
            places = order[start : start + SIZE]
            kept = [[p for p in found[k] if chance.random() > DROPPED] or found[k] for k in places]
            loss = loss_of(bag(kept), places)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return bag


def fit_categories(found: Sequence[list[int]], targets: Tensor) -> Bag:
    """By log-loss against probabilities `[rows, CATEGORIES]`."""
    torch.manual_seed(SEED)

    def loss_of(said: Tensor, places: list[int]) -> Tensor:
        return functional.cross_entropy(said, targets[places])

    return fit(Bag(len(CATEGORIES)), found, loss_of, epochs=EPOCHS)


def fit_scores(found: Sequence[list[int]], scores: Tensor) -> Bag:
    """By log-loss against scores from 0 to 1 `[rows, SCORES]`."""
    torch.manual_seed(SEED)

    def loss_of(said: Tensor, places: list[int]) -> Tensor:
        return functional.binary_cross_entropy_with_logits(said, scores[places])

    return fit(Bag(len(SCORES)), found, loss_of, epochs=SCORE_EPOCHS)


def main() -> int:
    """Fit on our training prompts, and on the public sources' sample where `DATA_DIR` is set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ARTIFACTS, help="where the model has been built")
    options = parser.parse_args()
    started = time.perf_counter()
    own, development = own_prompts("train"), own_prompts("development")
    folder = data_dir()
    taught = lessons_of_the_model(own, folder, options.output)
    prompts, targets = _with_categories(own + (public_rows(folder) if folder else []), taught)
    unseen = _buckets([row.prompt for row in development])
    categories = fit_categories(_buckets(prompts), targets)
    scores = fit_scores(_buckets(list(taught)), torch.tensor([(t.complexity, t.creativity) for t in taught.values()]))
    _write(options.output / GRAMS, (categories, scores))
    with torch.no_grad():
        right = categories(unseen).argmax(dim=1).numpy() == labels_of(development)
        guessed = scores(unseen)[:, 0].numpy().astype(np.float64)
    labelled = np.array([row.complexity for row in development], dtype=np.float64)
    print(f"words alone: accuracy {right.mean():.3f} on {len(right)} development prompts")
    print(f"complexity: rank correlation {spearman(guessed, labelled):.3f}")
    print(f"{len(prompts)} prompts, {len(taught)} with scores, {time.perf_counter() - started:.0f} s")
    return 0


def _with_categories(labelled: Sequence[Labelled], taught: Mapping[str, Lesson]) -> tuple[list[str], Tensor]:
    """The prompts from which categories are learnt, changed copies among them, and their probabilities.

    A label is believed but for `SMOOTHING`; of what has none, the model.
    """
    known = {row.prompt for row in labelled}
    others = {prompt: lesson.chances for prompt, lesson in taught.items() if prompt not in known}
    believed = (1 - SMOOTHING) * np.eye(len(CATEGORIES))[labels_of(labelled)] + SMOOTHING / len(CATEGORIES)
    prompts = [*(row.prompt for row in labelled), *others]
    chance = random.Random(SEED)  # noqa: S311 - which change, not a secret
    changed = [perturb(prompt, chance) for prompt in prompts for _ in range(PERTURBED)]
    targets = np.concatenate([believed, np.array(list(others.values())).reshape(-1, len(CATEGORIES))])
    return prompts + changed, torch.from_numpy(np.concatenate([targets, np.repeat(targets, PERTURBED, axis=0)])).float()


def _write(path: Path, bags: Sequence[Bag]) -> None:
    """Both side by side, each column in whole steps, of which its largest weight is `LEVELS`."""
    weights = np.concatenate([bag.rows.weight.detach().numpy() for bag in bags], axis=1)
    bias = np.concatenate([bag.bias.detach().numpy() for bag in bags])
    steps = np.maximum(np.abs(weights).max(axis=0), 1e-6) / LEVELS
    np.savez_compressed(path, table=np.rint(weights / steps).astype(np.int8), steps=steps.astype(np.float32), bias=bias)


def _buckets(prompts: Sequence[str]) -> list[list[int]]:
    """In one order whatever the run: signals are a set."""
    rules = RuleBook.load()
    return [sorted(buckets(read_request(rules, prompt)[1])) for prompt in prompts]


if __name__ == "__main__":
    sys.exit(main())
