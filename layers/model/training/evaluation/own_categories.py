"""What categories that an operator adds cost and bring; `python -m training.evaluation.own_categories` prints it for
the three of the report and for the twelve that the constants were chosen on."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifier import Definition, HybridClassifier, load
from classifier.fusion import CATEGORIES
from training.evaluation.metrics import macro_f1
from training.labelled import Labelled, labels_of, own_prompts

PROMPTS = Path(__file__).with_name("own_categories.toml")
DEVELOPMENT = Path(__file__).with_name("own_categories_development.toml")


@dataclass(frozen=True, slots=True)
class Case:
    """A category, the prompts written to measure it on, and which of the others, by id, belong to it, too, or could."""

    definition: Definition
    prompts: tuple[str, ...]
    belong: frozenset[str]
    arguable: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnResult:
    """F1 of each own category among its prompts and `others`, and the macro-F1 of the seven without and with them."""

    others: int
    f1: dict[str, float]
    seven_before: float
    seven_after: float


def cases(path: Path) -> list[Case]:
    """Those of the file."""
    return [
        Case(
            Definition(each["name"], each["description"], tuple(each["examples"])),
            tuple(each["prompts"]),
            frozenset(each["belong"]),
            frozenset(each["arguable"]),
        )
        for each in tomllib.loads(path.read_text(encoding="utf-8"))["category"]
    ]


def own_section(classifier: HybridClassifier, others: list[Labelled]) -> list[str]:
    """The report's section."""
    found = measure_own(classifier, others)
    shares = ", ".join(f"{name} {f1:.2f}" for name, f1 in found.f1.items())
    return [
        "",
        "## Own categories",
        "",
        f"With a dozen examples each, among {found.others} held-out prompts that belong to none of them, F1: {shares}. "
        f"The macro-F1 of the seven is {found.seven_before:.3f} without them and {found.seven_after:.3f} with them. "
        "The held-out prompts were read beforehand: those that belong to one of the three count as its own, and those "
        "that could are left out.",
    ]


def measure_own(classifier: HybridClassifier, others: Sequence[Labelled], path: Path = PROMPTS) -> OwnResult:
    """Each own category's F1 among its prompts and `others`, and what `others` lose."""
    measured = cases(path)
    extended = classifier.with_categories([case.definition for case in measured])
    theirs = {key for case in measured for key in case.belong | case.arguable}
    rest = [row for row in others if row.id not in theirs]
    labels = labels_of(rest)
    before = np.array([CATEGORIES.index(classifier.classify(row.prompt).base_category) for row in rest])
    found = [str(extended.classify(row.prompt).category) for row in rest]
    # An own category where there should be none is wrong, whatever it borrows from.
    after = np.array([CATEGORIES.index(name) if name in CATEGORIES else -1 for name in found])
    wrong = np.where(after < 0, (labels + 1) % len(CATEGORIES), after)
    guessed: dict[str, list[str]] = {}
    for case in measured:
        texts = [*case.prompts, *(row.prompt for row in others if row.id in case.belong)]
        guessed[case.definition.name] = [str(extended.classify(text).category) for text in texts]
    everything = [*found, *(each for some in guessed.values() for each in some)]
    f1 = {name: 2 * some.count(name) / max(1, len(some) + everything.count(name)) for name, some in guessed.items()}
    return OwnResult(len(rest), f1, macro_f1(labels, before, len(CATEGORIES)), macro_f1(labels, wrong, len(CATEGORIES)))


def main() -> int:
    """Print both."""
    classifier = replace(load(), deadline_s=None)
    for path, split in ((PROMPTS, "heldout"), (DEVELOPMENT, "development")):
        print(split, measure_own(classifier, own_prompts(split), path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
