"""How many prompts stop at the model's lower layers, and what that costs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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
    "A prompt that rules, words and the model's lower layers are sure of goes no further. Of those that stop: how "
    "often the category is the one that all layers would give, how often each is right, and Spearman's rank "
    "correlation of the two complexities."
)


@dataclass
class Watched:
    """An encoder that remembers, text by text, whether the lower layers were enough."""

    encoder: TextEncoder
    stopped: list[bool] = field(default_factory=list)

    @property
    def manifest(self) -> Manifest:
        """That of the encoder."""
        return self.encoder.manifest

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        """All layers."""
        return self.encoder.encode(text, deadline_s=deadline_s)

    def encode_until(
        self, text: str, enough: Enough, *, deadline_s: float | None = None
    ) -> EarlyOutput | EncoderOutput:
        """As the encoder does it."""
        output = self.encoder.encode_until(text, enough, deadline_s=deadline_s)
        self.stopped.append(not isinstance(output, EncoderOutput))
        return output


def early_section(classifier: HybridClassifier, sets: Iterable[CheckSet]) -> list[str]:
    """A table: by set, how many stop, and what those that do would get from all layers."""
    if classifier.encoder is None:
        return []
    lines = ["", "## Where prompts stop", "", TOLD, ""]
    lines += ["| set | prompts | stop | same category | right | right with all layers | complexities |"]
    lines += ["|---|---|---|---|---|---|---|"]
    whole = replace(classifier, fusion=classifier.fusion.stopping_above(NEVER))
    for checks in sets:
        watched = Watched(classifier.encoder)
        early = replace(classifier, encoder=watched)
        found = [early.classify(row.prompt) for row in checks.rows]
        kept = [place for place, stopped in enumerate(watched.stopped) if stopped]
        said = f"| {checks.name} | {len(found)} | {len(kept) / max(1, len(found)):.1%} |"
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
