"""How many prompts stop before the model or at its lower layers, and what that costs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from classifier import HybridClassifier
from classifier.encoder import EarlyOutput, EncoderOutput, Enough
from classifier.fusion import CATEGORIES
from classifier.heads import TextEncoder
from classifier.manifest import Manifest
from llm_router.taxonomy import Classification
from training.evaluation.checks import CheckSet
from training.evaluation.metrics import accuracy, spearman
from training.rules import labels_of

NEVER = 1.0
"""No confidence is above it."""

TOLD = (
    "A prompt of which rules and words are sure needs no model; one of which these and the model's lower layers are "
    "sure goes no further. Of each: how often the category is the one that all layers would give, how often each is "
    "right, and Spearman's rank correlation of the two complexities."
)
NOWHERE, LOWER, UPPER = "rules and words", "lower layers", "upper layers"


@dataclass
class Watched:
    """An encoder that remembers how far the last text went."""

    encoder: TextEncoder
    reached: str = NOWHERE

    @property
    def manifest(self) -> Manifest:
        """That of the encoder."""
        return self.encoder.manifest

    def count(self, text: str) -> int:
        """As the encoder does it."""
        return self.encoder.count(text)

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        """All layers."""
        self.reached = UPPER
        return self.encoder.encode(text, deadline_s=deadline_s)

    def encode_until(
        self, text: str, enough: Enough, *, deadline_s: float | None = None
    ) -> EarlyOutput | EncoderOutput:
        """As the encoder does it."""
        self.reached = UPPER
        output = self.encoder.encode_until(text, enough, deadline_s=deadline_s)
        if not isinstance(output, EncoderOutput):
            self.reached = LOWER
        return output


def early_section(classifier: HybridClassifier, sets: Iterable[CheckSet]) -> list[str]:
    """A table: by set and by where they stop, how many do, and what those would get from all layers."""
    if classifier.encoder is None:
        return []
    lines = ["", "## Where prompts stop", "", TOLD, ""]
    lines += ["| set | stops at | prompts | share | same category | right | right with all layers | complexities |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    whole = replace(classifier, fusion=classifier.fusion.stopping_above(NEVER))
    watched = Watched(classifier.encoder)
    early = replace(classifier, encoder=watched)
    for checks in sets:
        found, reached = [], []
        for row in checks.rows:
            watched.reached = NOWHERE
            found.append(early.classify(row.prompt))
            reached.append(watched.reached)
        for stop in (NOWHERE, LOWER):
            kept = [place for place, name in enumerate(reached) if name == stop]
            said = f"| {checks.name} | {stop} | {len(kept)} | {len(kept) / max(1, len(found)):.1%} |"
            lines.append(f"{said} {_beside(checks, kept, found, whole)} |" if kept else f"{said} | | | |")
    return lines


def _beside(checks: CheckSet, kept: list[int], found: list[Classification], whole: HybridClassifier) -> str:
    early = [found[place] for place in kept]
    late = [whole.classify(checks.rows[place].prompt) for place in kept]
    labels = labels_of([checks.rows[place] for place in kept])
    mine, theirs = (np.array([CATEGORIES.index(each.base_category) for each in some]) for some in (early, late))
    with np.errstate(invalid="ignore", divide="ignore"):  # where all are alike there is no order
        ranked = spearman(*(np.array([each.complexity for each in some]) for some in (early, late)))
    right = f"{accuracy(labels, mine):.3f} | {accuracy(labels, theirs):.3f}"
    return f"{np.mean(mine == theirs):.1%} | {right} | {ranked:.2f}"
