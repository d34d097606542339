"""`python -m training.torch_grams`: fits the linear model over words and their neighbours, and writes `grams.npz`."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from classifier.asides import read_request
from classifier.encoder import ARTIFACTS
from classifier.fusion import CATEGORIES
from classifier.grams import BUCKETS, GRAMS, buckets
from classifier.rules import RuleBook
from training.augment import perturb
from training.labelled import Labelled, own_prompts
from training.rules import labels_of
from training.sources import data_dir, public_rows

EPOCHS, SIZE, RATE, DECAY, DROPPED, SMOOTHING, SEED = 4, 128, 0.05, 0.02, 0.2, 0.05, 1
PERTURBED = 1
"""Changed copies of each prompt that are learnt beside it."""


class Bag(nn.Module):
    """`sum of rows / sqrt(count) + bias`, as `classifier.grams` works it out."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.EmbeddingBag(BUCKETS, len(CATEGORIES), mode="sum")
        self.bias = nn.Parameter(torch.zeros(len(CATEGORIES)))
        nn.init.zeros_(self.rows.weight)

    def forward(self, found: Sequence[Sequence[int]]) -> Tensor:
        starts = torch.tensor([0, *np.cumsum([len(each) for each in found])[:-1]])
        counts = torch.tensor([max(1, len(each)) for each in found]).float()
        return (
            self.rows(torch.tensor([place for each in found for place in each]), starts) / counts.sqrt()[:, None]
            + self.bias
        )


def fit(found: Sequence[list[int]], labels: Tensor) -> Bag:
    """By log-loss; in each step a share of a prompt's words is left out, so that none decides alone."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)  # noqa: S311 - an order, not a secret
    bag = Bag()
    optimiser = torch.optim.AdamW(bag.parameters(), lr=RATE, weight_decay=DECAY)
    order = list(range(len(found)))
    for _ in range(EPOCHS):
        chance.shuffle(order)
        for start in range(0, len(order), SIZE):
            places = order[start : start + SIZE]
            kept = [[p for p in found[k] if chance.random() > DROPPED] or found[k] for k in places]
            loss = functional.cross_entropy(bag(kept), labels[places], label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return bag


def main() -> int:
    """Fit on our training prompts, and on the public sources' sample where `DATA_DIR` is set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ARTIFACTS)
    options = parser.parse_args()
    started = time.perf_counter()
    train, development = own_prompts("train"), own_prompts("development")
    folder = data_dir()
    train += public_rows(folder) if folder else []
    chance = random.Random(SEED)  # noqa: S311 - which change, not a secret
    train += [replace(row, prompt=perturb(row.prompt, chance)) for row in train for _ in range(PERTURBED)]
    bag = fit(_buckets(train), torch.from_numpy(labels_of(train)))
    weights = bag.rows.weight.detach().numpy()
    step = float(np.abs(weights).max()) / 127
    table = np.rint(weights / step).astype(np.int8)
    np.savez_compressed(options.output / GRAMS, table=table, step=np.float32(step), bias=bag.bias.detach().numpy())
    with torch.no_grad():
        right = bag(_buckets(development)).argmax(dim=1).numpy() == labels_of(development)
    print(f"words alone: accuracy {right.mean():.3f} on {len(right)} development prompts")
    print(f"{len(train)} prompts, {time.perf_counter() - started:.0f} s")
    return 0


def _buckets(rows: Sequence[Labelled]) -> list[list[int]]:
    rules = RuleBook.load()
    return [buckets(read_request(rules, row.prompt)[1].words) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
