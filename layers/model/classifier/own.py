"""An operator's own categories, from a description and examples, without retraining.

They are told by a prompt's signature: its topic, as the second layer has it, beside the embedding. Constants were
chosen on twelve categories of our own that nothing else is measured on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.arrays import read_arrays
from classifier.encoder import EncoderOutput
from classifier.fusion import sigmoid
from llm_router.taxonomy import Category, Classification

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

BACKGROUND = "background.npz"
FINE_TUNED = 0.5
"""What the embedding counts in a signature beside the topic."""
SHRINKAGE = 1.0
"""Share of the mean variance that is added to every direction: a dozen examples do not tell directions apart."""
STRANGE, OWN = 0.995, 0.4
"""Between these quantiles, of the background's scores and of the examples' own, lies the cut."""
LEAST_GAP = 1.0
"""Standard deviations of the background's scores within which a claim rises at most from doubt to certainty."""

CERTAIN = 3.0
"""The log-odds of a claim where that rise ends, and against it where it begins: 95 in a hundred, and 5."""

CLAIMS = 0.5
"""The chance above which an own category takes a prompt: that it is one of its own is likelier than not."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What an operator says of a category: its name, a description and about a dozen example prompts."""

    name: str
    description: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnCategories:
    """Linear tests on the signature: `sigmoid(weights @ signature + bias)` is the chance that it belongs.

    `weights` is `[categories, 768]`; `bases` are the built-in categories whose evidence each borrows.
    """

    names: tuple[str, ...]
    bases: tuple[Category, ...]
    weights: Floats
    bias: tuple[float, ...]
    version: str

    def apply(self, found: Classification, signed: Floats) -> Classification:
        """`found`, or the own category that claims the prompt most; its chance is taken from the others'."""
        scores = (self.weights @ signed).tolist()
        chances = [sigmoid(score + bias) for score, bias in zip(scores, self.bias, strict=True)]
        place = max(range(len(chances)), key=chances.__getitem__)
        claim = chances[place]
        if claim <= CLAIMS:
            return found
        rest = {category: chance * (1 - claim) for category, chance in found.probabilities.items()}
        return replace(
            found,
            category=self.names[place],
            base_category=self.bases[place],
            confidence=claim,
            probabilities={**rest, self.names[place]: claim},
        )


def definitions_version(definitions: Sequence[Definition]) -> str:
    """A short hash over what the operator said."""
    digest = hashlib.sha256()
    for definition in definitions:
        for part in (definition.name, definition.description, *definition.examples):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(b"\1")
    return digest.hexdigest()[:12]


def signature(output: EncoderOutput) -> Floats:
    """What own categories are told by, float32 `[768]`: the topic, and the embedding."""
    import numpy as np

    return np.concatenate([output.topic, FINE_TUNED * output.embedding], dtype=np.float32)


def load_background(folder: Path) -> Floats | None:
    """Signatures of everyday prompts `[prompts, 768]`, against which own categories are set; None if there are none."""
    import numpy as np

    found = read_arrays(folder / BACKGROUND)
    if found is None or not {"signatures", "steps"} <= found.keys():
        return None
    return np.asarray(found["signatures"].astype(np.float32) * found["steps"].astype(np.float32))


def fit_own(
    definitions: Sequence[Definition],
    bases: Sequence[Category],
    signed: Callable[[str], Floats],
    background: Floats,
) -> OwnCategories:
    """Linear discriminants between each category's examples and the background.

    The scale and the cut come from the scores of the examples, each left out in turn, and of the background.
    """
    import numpy as np

    centre = background.mean(axis=0)
    spread = np.cov(background, rowvar=False)
    spread += np.eye(len(centre)) * SHRINKAGE * np.trace(spread) / len(centre)
    inverse = np.linalg.inv(spread)
    weights, biases = [], []
    for definition in definitions:
        examples = np.array([signed(text) for text in (*definition.examples, definition.description)])
        direction = inverse @ (examples.mean(axis=0) - centre)
        others = (examples.sum(axis=0) - examples) / max(1, len(examples) - 1)
        left_out = np.einsum("ij,ij->i", (others - centre) @ inverse, examples)
        everyday = background @ direction
        low, high = np.quantile(everyday, STRANGE), np.quantile(left_out, OWN)
        # Examples that are no more alike than everyday prompts set no cut among those.
        high = max(high, low)
        slope = 2 * CERTAIN / max(float(high - low), LEAST_GAP * float(everyday.std()))
        weights.append(direction * slope)
        biases.append(-slope * float(low + high) / 2)
    return OwnCategories(
        names=tuple(definition.name for definition in definitions),
        bases=tuple(bases),
        weights=np.array(weights, dtype=np.float32),
        bias=tuple(biases),
        version=definitions_version(definitions),
    )
