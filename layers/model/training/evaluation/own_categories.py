"""What categories that an operator adds cost and bring; `python -m training.evaluation.own_categories` prints it for
the three of the report and for the twelve that the constants were chosen on."""

from __future__ import annotations

import sys
import tomllib
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
class OwnResult:
    """F1 of each own category, and the macro-F1 of the seven without and with them."""

    f1: dict[str, float]
    seven_before: float
    seven_after: float


def definitions(path: Path) -> tuple[list[Definition], dict[str, list[str]]]:
    """Those of the file, and the prompts to measure each on."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["category"]
    found = [Definition(each["name"], each["description"], tuple(each["examples"])) for each in entries]
    return found, {each["name"]: list(each["prompts"]) for each in entries}


def own_section(classifier: HybridClassifier, others: list[Labelled]) -> list[str]:
    """The report's section."""
    found = measure_own(classifier, others)
    shares = ", ".join(f"{name} {f1:.2f}" for name, f1 in found.f1.items())
    return [
        "",
        "## Own categories",
        "",
        f"With a dozen examples each, among {len(others)} held-out prompts, F1: {shares}. The macro-F1 of the seven is "
        f"{found.seven_before:.3f} without them and {found.seven_after:.3f} with them; a held-out prompt that one of "
        "them claims counts as wrong, even where it would belong there.",
    ]


def measure_own(classifier: HybridClassifier, others: list[Labelled], path: Path = PROMPTS) -> OwnResult:
    """Each own category's F1 among its prompts and `others`, and what `others` lose."""
    own, prompts = definitions(path)
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


def main() -> int:
    """Print both."""
    classifier = replace(load(), deadline_s=None)
    for path, split in ((PROMPTS, "heldout"), (DEVELOPMENT, "development")):
        print(split, measure_own(classifier, own_prompts(split), path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
