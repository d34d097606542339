"""`python -m training.fusion`: fits how the rules and the model are fused, on prompts neither was trained on.

Each is read twice, as it is and in another form, so that the confidence holds for what is typed in haste, too.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.asides import read_request
from classifier.encoder import ARTIFACTS, Encoder
from classifier.features import SHORT_WORDS
from classifier.fusion import CATEGORIES, FUSION, LEAST_CHANCE, model_knows_best
from classifier.grams import Grams, beyond_ascii
from classifier.heads import category_chances
from classifier.material import is_laden
from classifier.rules import Reading, RuleBook
from llm_router.taxonomy import Difficulty
from training.augment import perturb
from training.labelled import Labelled, own_prompts
from training.regression import fit_score
from training.rules import labels_of

Matrix = NDArray[np.float64]
STEPS, STEP, PENALTY, SEED = 4000, 0.05, 0.02, 3
AGREED = 0.995
"""Of the prompts that need no model, so many shall get the category that it would have led to."""


def rule_logs(book: RuleBook, prompts: Sequence[str]) -> tuple[Matrix, Matrix]:
    """The logs of the rules' probabilities `[prompts, categories]`, and the form `[prompts, numbers]`."""
    logs, forms = [], []
    for prompt in prompts:
        verdict = book.judge(read_request(book, prompt)[1])
        logs.append([verdict.probabilities[category] for category in CATEGORIES])
        forms.append(verdict.reading.features.numeric())
    return _logs(logs), np.array(forms)


def model_logs(encoder: Encoder, readings: Sequence[Reading]) -> Matrix:
    """The logs of the model's probabilities `[prompts, categories]`."""
    return _logs([category_chances(encoder.encode(reading.prompt.text)) for reading in readings])


def word_logs(grams: Grams, readings: Sequence[Reading]) -> Matrix:
    """The logs of the probabilities by words alone `[prompts, categories]`."""
    return _logs([grams.read(reading).chances for reading in readings])


def _logs(chances: Sequence[Sequence[float]]) -> Matrix:
    return np.asarray(np.log(np.maximum(np.array(chances, dtype=np.float64), LEAST_CHANCE)))


def fit_fusion(stages: Sequence[Matrix], labels: NDArray[np.int64], *, with_bias: bool) -> tuple[Matrix, Matrix]:
    """One weight a stage and one bias a category, by gradient descent on the log-loss; the bias is held near 0."""
    target = np.eye(len(CATEGORIES))[labels]
    weights, bias = np.full(len(stages), 1 / len(stages)), np.zeros(len(CATEGORIES))
    for _ in range(STEPS):
        scores = sum((w * stage for w, stage in zip(weights, stages, strict=True)), np.zeros_like(target)) + bias
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        error = (chances - target) / len(target)
        weights = weights - STEP * np.array([(error * stage).sum() for stage in stages])
        if with_bias:
            bias = bias - STEP * (error.sum(axis=0) + PENALTY * bias)
    return weights, bias


class _Blended:
    """The fitted weights of some stages, on all development prompts of one kind."""

    def __init__(self, labels: NDArray[np.int64], **stages: Matrix) -> None:
        weights, self.bias = fit_fusion(list(stages.values()), labels, with_bias=True)
        self.weights = dict(zip(stages, weights, strict=True))
        scores = sum((self.weights[name] * stage for name, stage in stages.items()), self.bias)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.chances = chances / chances.sum(axis=1, keepdims=True)
        self.chosen, self.confidence = chances.argmax(axis=1), self.chances.max(axis=1)
        self.accuracy = float(np.mean(self.chosen == labels))

    def entry(self) -> dict[str, object]:
        """As `fusion.json` holds it."""
        weights = {name: round(float(self.weights.get(name, 0.0)), 4) for name in ("model", "rules", "words")}
        return {**weights, "bias": [round(float(value), 4) for value in self.bias]}


class _Kind:
    """Everything fitted for one kind of prompt."""

    def __init__(
        self, labels: NDArray[np.int64], model: Matrix, rules: Matrix, words: Matrix, long: NDArray[np.bool_]
    ) -> None:
        self.whole = _Blended(labels, model=model, rules=rules, words=words)
        self.modelless = _Blended(labels, rules=rules, words=words)
        chances = self.modelless.chances
        asked = [model_knows_best(list(row), long=bool(each)) for row, each in zip(chances, long, strict=True)]
        sure = np.where(asked, 0.0, self.modelless.confidence)
        same = np.asarray(self.modelless.chosen == self.whole.chosen)
        self.enough_above, self.spared = least_confidence(sure, same)

    def entry(self) -> dict[str, object]:
        """As `fusion.json` holds it."""
        blends = {"whole": self.whole.entry(), "modelless": self.modelless.entry()}
        return {**blends, "enough_above": self.enough_above}

    def told(self) -> str:
        """One line of figures."""
        right = f"{self.whole.accuracy:.3f} right, {self.modelless.accuracy:.3f} without a model"
        return f"{right}; {self.spared:.1%} need none, above {self.enough_above}"


def least_confidence(sure: Matrix, same: NDArray[np.bool_]) -> tuple[float, float]:
    """Above which confidence `AGREED` of the opinions are those with the model, and the share that are above it.

    `sure` and `same` are `[prompts]`. 1.0 where there is no such confidence.
    """
    for above in np.arange(0.5, 1, 0.005):
        stops = sure > above
        if stops.any() and same[stops].mean() >= AGREED:
            return round(float(above), 3), float(stops.mean())
    return 1.0, 0.0


def cuts(complexity: Matrix, difficulties: Sequence[Difficulty]) -> tuple[float, float]:
    """The two cuts of complexity that agree best with the difficulties."""
    steps = np.arange(0.1, 0.91, 0.01)
    places = np.array([list(Difficulty).index(difficulty) for difficulty in difficulties])
    pairs = [(low, high) for low in steps for high in steps if low < high]
    right = [np.mean((complexity >= low).astype(int) + (complexity > high) == places) for low, high in pairs]
    low, high = pairs[int(np.argmax(right))]
    return round(float(low), 2), round(float(high), 2)


def main() -> int:
    """Write `fusion.json` for the model that has been built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    options = parser.parse_args()
    book, encoder = RuleBook.load(), Encoder.load(options.artifacts)
    train, development = own_prompts("train"), own_prompts("development")
    chance = random.Random(SEED)  # noqa: S311 - which change, not a secret
    development += [replace(row, prompt=perturb(row.prompt, chance)) for row in development]
    labels = labels_of(development)
    readings = [read_request(book, row.prompt)[1] for row in development]
    rules, _ = rule_logs(book, [row.prompt for row in development])
    model = model_logs(encoder, readings)
    grams = Grams.load(options.artifacts)
    if grams is None:
        print("grams.npz is missing: python -m training.torch_grams makes it", file=sys.stderr)
        return 1
    words = word_logs(grams, readings)
    foreign = np.array([beyond_ascii(reading.prompt.text) for reading in readings])
    long = np.array([reading.features.words > SHORT_WORDS for reading in readings])
    laden = np.array([is_laden(reading.prompt.text) for reading in readings])
    kinds = (~foreign & ~laden, foreign & ~laden, laden)
    plain, beyond, full = (_Kind(labels[some], model[some], rules[some], words[some], long[some]) for some in kinds)
    (alone,), _ = fit_fusion([rules], labels, with_bias=False)

    scored = [r for r in train if r.complexity is not None and r.creativity is not None and r.difficulty is not None]
    form = _form(book, scored, float(alone))
    complexity = fit_score(form, np.array([row.complexity for row in scored], dtype=np.float64))
    creativity = fit_score(form, np.array([row.creativity for row in scored], dtype=np.float64))
    guessed = 1 / (1 + np.exp(-(form @ complexity[0] + complexity[1])))
    form_cuts = cuts(guessed, [row.difficulty for row in scored if row.difficulty is not None])
    by_words = np.array([grams.read(reading).complexity for reading in readings])
    difficulties = [row.difficulty for row in development if row.difficulty is not None]
    word_cuts = cuts(by_words[[row.difficulty is not None for row in development]], difficulties)
    fitted = {
        "ascii": plain.entry(),
        "beyond": beyond.entry(),
        "laden": full.entry(),
        "rules_alone": round(float(alone), 4),
        "complexity_by_form": _linear(complexity),
        "creativity_by_form": _linear(creativity),
        "form_cuts": dict(zip(("easy_below", "hard_above"), form_cuts, strict=True)),
        "word_cuts": dict(zip(("easy_below", "hard_above"), word_cuts, strict=True)),
    }
    (options.artifacts / FUSION).write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    stages = {"rules": rules, "model": model, "words": words}
    for name, scores in stages.items():
        print(f"{name}: accuracy {np.mean(scores.argmax(axis=1) == labels):.3f} on {len(labels)} development prompts")
    print(f"in ASCII: {plain.told()}")
    print(f"the {kinds[1].sum()} beyond: {beyond.told()}")
    print(f"the {laden.sum()} laden: {full.told()}")
    return 0


def _form(book: RuleBook, rows: Sequence[Labelled], alone: float) -> Matrix:
    logs, forms = rule_logs(book, [row.prompt for row in rows])
    chances = np.exp(alone * logs)
    return np.hstack([forms, chances / chances.sum(axis=1, keepdims=True)])


def _linear(fitted: tuple[Matrix, float]) -> dict[str, object]:
    return {"weights": [round(float(value), 4) for value in fitted[0]], "bias": round(fitted[1], 4)}


if __name__ == "__main__":
    sys.exit(main())
