"""Training examples as token batches of like length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from classifier.asides import read_request
from classifier.fusion import CATEGORIES
from classifier.rules import RuleBook
from classifier.tokens import Tokeniser
from llm_router.taxonomy import Category, Difficulty
from training.augment import perturb
from training.labelled import TEST_ITEMS, Labelled
from training.topics import topic_names, topics

UNKNOWN = -1

LADEN = 300
"""Characters from which on a text is taken to be one with material."""

LADEN_MORE = 1.5
"""Times as often as others such texts are changed: what stands around them misleads most. Chosen by hand."""

_POOL = 40
"""Batches among which examples are sorted by length: little padding, and still a new order every epoch."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its targets; `UNKNOWN` where there is none. `place` is its row among all examples."""

    text: str
    place: int
    category: int = UNKNOWN
    difficulty: int = UNKNOWN
    complexity: float = UNKNOWN
    creativity: float = UNKNOWN
    failure: float = UNKNOWN
    topic: int = UNKNOWN


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids and mask `[batch, length]`, targets `[batch]`."""

    ids: Tensor
    mask: Tensor
    places: Tensor
    category: Tensor
    difficulty: Tensor
    complexity: Tensor
    creativity: Tensor
    failure: Tensor
    topic: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        return Batch(*(getattr(self, each.name).to(device, non_blocking=True) for each in fields(self)))


def example(row: Labelled, place: int) -> Example:
    """A labelled prompt as an example."""
    return Example(
        text=row.prompt,
        place=place,
        category=UNKNOWN if row.category is None else CATEGORIES.index(Category(row.category)),
        difficulty=UNKNOWN if row.difficulty is None else list(Difficulty).index(row.difficulty),
        complexity=UNKNOWN if row.complexity is None else row.complexity,
        creativity=UNKNOWN if row.creativity is None else row.creativity,
        failure=UNKNOWN if row.complexity is None or row.source not in TEST_ITEMS else row.complexity,
        topic=topic_names().index(topics()[row.id]) if row.id in topics() else UNKNOWN,
    )


class Batches:
    """Batches of `size` examples; with `perturbed`, that share of texts is changed anew each epoch, more of `LADEN`.

    As when served, of each text only what it asks for is read.
    """

    def __init__(self, tokenise: Tokeniser, rules: RuleBook, size: int, perturbed: float = 0.0) -> None:
        self._tokenise = tokenise
        self._rules = rules
        self._size = size
        self._perturbed = perturbed

    def epoch(self, examples: Sequence[Example], seed: int) -> Iterator[Batch]:
        """Every example once, in an order drawn from the seed."""
        chance = random.Random(seed)  # noqa: S311 - an order, not a secret
        order = list(examples)
        chance.shuffle(order)
        batches: list[list[tuple[list[int], Example]]] = []
        pool = self._size * _POOL
        for start in range(0, len(order), pool):
            rows = [(self._ids(self._text(each, chance)), each) for each in order[start : start + pool]]
            rows.sort(key=lambda row: len(row[0]))
            batches += [rows[k : k + self._size] for k in range(0, len(rows), self._size)]
        chance.shuffle(batches)
        return map(_batch, batches)

    def in_order(self, examples: Sequence[Example]) -> Iterator[Batch]:
        """Unchanged, sorted by length; `places` tell which is which."""
        rows = [(self._ids(each.text), each) for each in examples]
        rows.sort(key=lambda row: len(row[0]))
        return (_batch(rows[k : k + self._size]) for k in range(0, len(rows), self._size))

    def _text(self, each: Example, chance: random.Random) -> str:
        share = self._perturbed * (LADEN_MORE if len(each.text) >= LADEN else 1)
        return perturb(each.text, chance) if chance.random() < share else each.text

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenise(read_request(self._rules, text)[1].prompt.text).ids)


def _batch(rows: Sequence[tuple[list[int], Example]]) -> Batch:
    longest = max(len(ids) for ids, _ in rows)
    padded = torch.tensor([ids + [0] * (longest - len(ids)) for ids, _ in rows])
    mask = torch.tensor([[True] * len(ids) + [False] * (longest - len(ids)) for ids, _ in rows])

    def column(name: str) -> Tensor:
        return torch.tensor([getattr(each, name) for _, each in rows])

    return Batch(
        padded, mask, column("place"), column("category"), column("difficulty"),
        column("complexity").float(), column("creativity").float(), column("failure").float(), column("topic"),
    )  # fmt: skip


def with_failure(each: Example, share: float) -> Example:
    """The example with the share of models that failed on it."""
    return replace(each, failure=share)
