"""What the graph's heads say of a prompt, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from classifier.encoder import EncoderOutput
from classifier.fusion import CATEGORIES, Chances
from classifier.logistic import softmax
from classifier.manifest import Manifest
from llm_router.taxonomy import Difficulty

WIDTHS = {"category": len(CATEGORIES), "difficulty": len(Difficulty), "complexity": 1, "creativity": 1, "failure": 1}
SCORES = ("complexity", "creativity", "failure")
LABELS = {"category": tuple(CATEGORIES), "difficulty": tuple(Difficulty)}


class TextEncoder(Protocol):
    """Text to an embedding and the heads' outputs; raises `EncoderFailed`, `EncoderTimeout` when late."""

    @property
    def manifest(self) -> Manifest: ...

    def count(self, text: str) -> int: ...

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput: ...


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model believes: probabilities over `CATEGORIES` and `Difficulty`, scores from 0 to 1.

    `complexity` was learnt from labels, `failure` from the share of models that failed on a prompt.
    """

    categories: Chances
    difficulties: tuple[float, ...]
    complexity: float
    creativity: float
    failure: float
    output: EncoderOutput

    @property
    def level(self) -> float:
        """How hard: 0 is surely easy, 1 surely hard; the expected place among the difficulties."""
        return sum(place * chance for place, chance in enumerate(self.difficulties)) / (len(Difficulty) - 1)


def category_chances(output: EncoderOutput) -> Chances:
    """The model's probabilities of `CATEGORIES`."""
    return softmax(output.heads["category"].tolist())


def read_heads(output: EncoderOutput) -> Opinion:
    """The heads' outputs: logits for `category` and `difficulty`, scores for the others."""
    complexity, creativity, failure = (min(1.0, max(0.0, float(output.heads[name][0]))) for name in SCORES)
    return Opinion(
        categories=category_chances(output),
        difficulties=softmax(output.heads["difficulty"].tolist()),
        complexity=complexity,
        creativity=creativity,
        failure=failure,
        output=output,
    )


def missing_head(manifest: Manifest) -> str | None:
    """The first head that the graph lacks or that stands for something else; None when all are as they should be."""
    for name, width in WIDTHS.items():
        found = manifest.outputs.get(name)
        if found is None or found.width != width or found.labels != LABELS.get(name, found.labels):
            return name
    return None
