"""How many prompts need no model, and what that costs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from classifier import HybridClassifier
from classifier.encoder import EncoderOutput
from classifier.fusion import CATEGORIES
from classifier.heads import TextEncoder
from classifier.manifest import Manifest
from llm_router.taxonomy import Classification
from training.evaluation.checks import CheckSet
from training.evaluation.metrics import accuracy, spearman
from training.labelled import labels_of

NEVER = 1.0
"""No confidence is above it."""

TOLD = (
    "A prompt of which rules and words are sure needs no model. Of those: how often the category is the one that the "
    "model would have led to, how often each is right, and Spearman's rank correlation of the two complexities."
)


@dataclass
class Watched:
    """An encoder that remembers whether it was asked."""

    encoder: TextEncoder
    asked: bool = False

    @property
    def manifest(self) -> Manifest:
        """That of the encoder."""
        return self.encoder.manifest

    def count(self, text: str) -> int:
        """As the encoder does it."""
        return self.encoder.count(text)

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        """As the encoder does it."""
        self.asked = True
        return self.encoder.encode(text, deadline_s=deadline_s)


def spared_section(classifier: HybridClassifier, sets: Iterable[CheckSet]) -> list[str]:
    """A table: by set, how many need no model, and what those would get from it."""
    if classifier.encoder is None:
        return []
    lines = ["", "## What needs no model", "", TOLD, ""]
    lines += ["| set | prompts | share | same category | right | right with the model | complexities |"]
    lines += ["|---|---|---|---|---|---|---|"]
    asking = replace(classifier, fusion=classifier.fusion.sparing_above(NEVER))
    watched = Watched(classifier.encoder)
    sparing = replace(classifier, encoder=watched)
    for checks in sets:
        spared: dict[int, Classification] = {}
        for place, row in enumerate(checks.rows):
            watched.asked = False
            found = sparing.classify(row.prompt)
            if not watched.asked:
                spared[place] = found
        said = f"| {checks.name} | {len(spared)} | {len(spared) / max(1, len(checks.rows)):.1%} |"
        lines.append(f"{said} {_beside(checks, spared, asking)} |" if spared else f"{said} | | | |")
    return lines


def _beside(checks: CheckSet, spared: dict[int, Classification], asking: HybridClassifier) -> str:
    by_model = [asking.classify(checks.rows[place].prompt) for place in spared]
    found = list(spared.values())
    labels = labels_of([checks.rows[place] for place in spared])
    mine, theirs = (np.array([CATEGORIES.index(each.base_category) for each in some]) for some in (found, by_model))
    with np.errstate(invalid="ignore", divide="ignore"):  # where all are alike there is no order
        ranked = spearman(*(np.array([each.complexity for each in some]) for some in (found, by_model)))
    right = f"{accuracy(labels, mine):.3f} | {accuracy(labels, theirs):.3f}"
    return f"{np.mean(mine == theirs):.1%} | {right} | {ranked:.2f}"
