"""What three categories that an operator adds cost and bring."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier import Definition, HybridClassifier
from classifier.fusion import CATEGORIES
from training.evaluation.metrics import macro_f1
from training.labelled import Labelled
from training.rules import labels_of

PROMPTS = Path(__file__).with_name("own_categories.toml")


@dataclass(frozen=True, slots=True)
class OwnResult:
    """F1 of each own category, and the macro-F1 of the seven without and with them."""

    f1: dict[str, float]
    seven_before: float
    seven_after: float


def definitions() -> tuple[list[Definition], dict[str, list[str]]]:
    """The three, and the prompts to measure each on."""
    entries = tomllib.loads(PROMPTS.read_text(encoding="utf-8"))["category"]
    found = [Definition(each["name"], each["description"], tuple(each["examples"])) for each in entries]
    return found, {each["name"]: list(each["prompts"]) for each in entries}


def measure_own(classifier: HybridClassifier, others: list[Labelled]) -> OwnResult:
    """Each own category's F1 among its prompts and `others`, and what `others` lose."""
    own, prompts = definitions()
    extended = classifier.with_categories(own)
    labels = labels_of(others)
    before = np.array([CATEGORIES.index(classifier.classify(row.prompt).base_category) for row in others])
    found = [extended.classify(row.prompt).category for row in others]
    # An own category where there should be none is wrong, whatever it borrows from.
    after = np.array([CATEGORIES.index(name) if name in CATEGORIES else -1 for name in map(str, found)])
    wrong = np.where(after < 0, (labels + 1) % len(CATEGORIES), after)
    f1 = {}
    guessed = {name: [extended.classify(text).category for text in texts] for name, texts in prompts.items()}
    everything = [*found, *(each for some in guessed.values() for each in some)]
    for name, some in guessed.items():
        f1[name] = 2 * some.count(name) / (len(some) + everything.count(name))
    return OwnResult(f1, macro_f1(labels, before, len(CATEGORIES)), macro_f1(labels, wrong, len(CATEGORIES)))
