"""An operator's own categories, from a description and examples, without retraining.

They are told by a prompt's signature: its topic, as the fourth layer has it, beside the embedding. Constants were
chosen on twelve categories of our own that nothing else is measured on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.arrays import read_arrays
from classifier.encoder import EncoderOutput
from classifier.examples import Example
from classifier.logistic import sigmoid
from classifier.normalise import normalise
from classifier.words import split_words
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
"""A claim takes at least so many standard deviations of the background's scores to rise from 5 to 95 in a hundred."""

CERTAIN = 3.0
"""The log-odds of a claim where that rise ends, and against it where it begins: 95 in a hundred, and 5."""

CLAIMS = 0.5
"""The chance above which an own category takes a prompt: that it is one of its own is likelier than not."""

FEW_TOKENS = 2
"""Of so little the model says hardly more than that it is little: an own category takes it only if it is close to one
of the examples."""

CLOSE = 0.75
"""The cosine from which on two signatures are close, seen from the background's centre: "lights out" is to "lights on"
with 0.82, and no "ok", "python" or "?" came above 0.73 to an example of anything else."""

TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Definition:
    """What an operator says of a category: its name, a description and about a dozen example prompts."""

    name: str
    description: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnCategories:
    """Linear tests on the signature: `sigmoid(weights @ signature + bias)` is the chance that it belongs.

    `weights` is `[categories, 768]`; `bases` are the built-in categories whose evidence each borrows. `exemplars` are
    what tells each category, `[texts, 768]`, as directions from `centre`.
    """

    names: tuple[str, ...]
    bases: tuple[Category, ...]
    weights: Floats
    bias: tuple[float, ...]
    exemplars: tuple[Floats, ...]
    centre: Floats
    version: str

    def apply(self, found: Classification, output: EncoderOutput) -> Classification:
        """`found`, or the own category that claims the prompt most; its chance is taken from the others'.

        What the model read of the prompt is `output`.
        """
        signed = signature(output)
        scores = (self.weights @ signed).tolist()
        chances = [sigmoid(score + bias) for score, bias in zip(scores, self.bias, strict=True)]
        place = max(range(len(chances)), key=chances.__getitem__)
        claim = chances[place]
        if claim <= CLAIMS or (output.token_count <= FEW_TOKENS and not self._is_close(place, signed)):
            return found
        rest = {category: chance * (1 - claim) for category, chance in found.probabilities.items()}
        return replace(
            found,
            category=self.names[place],
            base_category=self.bases[place],
            confidence=claim,
            probabilities={**rest, self.names[place]: claim},
        )

    def _is_close(self, place: int, signed: Floats) -> bool:
        """Whether one of the category's examples is about the same."""
        return bool((self.exemplars[place] @ _direction(signed - self.centre)).max() >= CLOSE)


@dataclass(frozen=True, slots=True)
class Background:
    """Signatures of everyday prompts `[prompts, 768]`, against which own categories are set.

    `centre` is their mean, `precision` the inverse of their covariance, shrunk by `SHRINKAGE`.
    """

    signatures: Floats
    centre: Floats
    precision: Floats
    version: str

    @classmethod
    def of(cls, signatures: Floats) -> Background:
        """Takes some tenths of a second."""
        import numpy as np

        centre = signatures.mean(axis=0)
        covariance = np.cov(signatures, rowvar=False)
        covariance += np.eye(len(centre)) * SHRINKAGE * np.trace(covariance) / len(centre)
        version = hashlib.sha256(np.ascontiguousarray(signatures).tobytes()).hexdigest()
        return cls(signatures, centre, np.linalg.inv(covariance).astype(np.float32), version)


def _version(definitions: Sequence[Definition], background: Background) -> str:
    """A short hash over what the operator said, and what it was set against."""
    digest = hashlib.sha256(background.version.encode())
    for definition in definitions:
        for part in (definition.name, definition.description, *definition.examples):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(b"\1")
    return digest.hexdigest()[:12]


def signature(output: EncoderOutput) -> Floats:
    """What own categories are told by, float32 `[768]`: the topic, and the embedding."""
    import numpy as np

    return np.concatenate([output.topic, FINE_TUNED * output.embedding], dtype=np.float32)


def load_background(folder: Path) -> Background | None:
    """The one that was left there; None if there is none that can be read."""
    import numpy as np

    found = read_arrays(folder / BACKGROUND)
    if found is None or not {"signatures", "steps"} <= found.keys():
        return None
    return Background.of(np.asarray(found["signatures"].astype(np.float32) * found["steps"].astype(np.float32)))


def fit_own(definitions: Sequence[Definition], read: Mapping[str, Example], background: Background) -> OwnCategories:
    """Fisher's linear discriminants between what tells each category and the background; `read` has all of it.

    The scale and the cut come from the scores of the examples, each left out in turn, and of the background.
    """
    import numpy as np

    centre, precision = background.centre, background.precision
    examples = [np.array([read[text].signature for text in told_by(definition)]) for definition in definitions]
    # Of all at once: products of one vector each have the library's threads wait for one another.
    discriminants = (np.array([each.mean(axis=0) for each in examples]) - centre) @ precision
    slopes, biases = [], []
    for each, everyday in zip(examples, discriminants @ background.signatures.T, strict=True):
        others = (each.sum(axis=0) - each) / max(1, len(each) - 1)
        left_out = np.einsum("ij,ij->i", (others - centre) @ precision, each)
        low, high = np.quantile(everyday, STRANGE), np.quantile(left_out, OWN)
        # Examples that are no more alike than everyday prompts set no cut among those.
        high = max(high, low)
        slope = 2 * CERTAIN / max(float(high - low), LEAST_GAP * float(everyday.std()))
        slopes.append(slope)
        biases.append(-slope * float(low + high) / 2)
    return OwnCategories(
        names=tuple(definition.name for definition in definitions),
        bases=tuple(_base([read[text].base for text in definition.examples]) for definition in definitions),
        weights=np.asarray(discriminants * np.array(slopes)[:, None], dtype=np.float32),
        bias=tuple(biases),
        exemplars=tuple(np.array([_direction(signed) for signed in each - centre]) for each in examples),
        centre=centre,
        version=_version(definitions, background),
    )


def told_by(definition: Definition) -> tuple[str, ...]:
    """The examples, and the description, unless it is a single word: that names a category and is not like a prompt."""
    words = sum(word.text[0].isalnum() for word in split_words(normalise(definition.description).text))
    named_only = words <= 1 and definition.examples
    return definition.examples if named_only else (*definition.examples, definition.description)


def _base(bases: Sequence[Category]) -> Category:
    """The built-in category that most of the examples would fall into."""
    return Counter(bases).most_common(1)[0][0] if bases else Category.GENERAL


def _direction(vector: Floats) -> Floats:
    """The same of length one; a vector of length zero points nowhere."""
    import numpy as np

    return vector / max(float(np.linalg.norm(vector)), TINY)
