"""`python -m training.fusion`: fits how rules, words and the model are fused, on prompts none was trained on.

Each is read twice, as it is and in another form, so that the confidence holds for what is typed in haste, too. Real
prompts of public sets, which are less clear than those written for the purpose, are among them, and say how far the
result is to be trusted.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.asides import read_request
from classifier.encoder import ARTIFACTS, Encoder
from classifier.features import SHORT_WORDS
from classifier.fusion import CATEGORIES, FUSION, LEAST_CHANCE, model_knows_best, rules_object
from classifier.grams import Grams, beyond_ascii
from classifier.heads import category_chances, read_heads
from classifier.material import is_laden
from classifier.rules import Reading, RuleBook
from llm_router.taxonomy import Difficulty
from training.augment import perturb
from training.blending import Blended, fit_fusion, fit_trust, least_confidence
from training.evaluation.metrics import macro_f1
from training.labelled import Labelled, labels_of, own_prompts
from training.regression import Matrix, fit_score, sigmoid, softmax
from training.sources import DEVELOPMENT, data_dir, rows_read

SEED = 3


def rule_logs(book: RuleBook, readings: Sequence[Reading]) -> tuple[Matrix, Matrix]:
    """The logs of the rules' probabilities `[prompts, categories]`, and the form `[prompts, numbers]`."""
    found = (book.judge(reading).probabilities for reading in readings)
    logs = _logs([[chances[category] for category in CATEGORIES] for chances in found])
    return logs, np.array([reading.features.numeric() for reading in readings])


def model_logs(encoder: Encoder, readings: Sequence[Reading]) -> Matrix:
    """The logs of the model's probabilities `[prompts, categories]`."""
    return _logs([category_chances(encoder.encode(reading.prompt.text)) for reading in readings])


def word_logs(grams: Grams, readings: Sequence[Reading]) -> Matrix:
    """The logs of the probabilities by words alone `[prompts, categories]`."""
    return _logs([grams.read(reading).chances for reading in readings])


def _logs(chances: Sequence[Sequence[float]]) -> Matrix:
    return np.asarray(np.log(np.maximum(np.array(chances, dtype=np.float64), LEAST_CHANCE)))


@dataclass(frozen=True, slots=True)
class _Kind:
    """Everything fitted for one kind of prompt, and the share of them that needs no model."""

    labels: NDArray[np.int64]
    whole: Blended
    modelless: Blended
    enough_above: float
    spared: float

    def entry(self) -> dict[str, object]:
        """As `fusion.json` holds it."""
        blends = {"whole": self.whole.entry(), "modelless": self.modelless.entry()}
        return {**blends, "enough_above": self.enough_above}

    def told(self) -> str:
        """One line of figures."""
        whole, modelless = (float(np.mean(each.chosen == self.labels)) for each in (self.whole, self.modelless))
        share, above = self.spared, self.enough_above
        return f"{whole:.3f} right, {modelless:.3f} without a model; {share:.1%} need none, above {above}"


def cuts(scores: Matrix, difficulties: Sequence[Difficulty]) -> dict[str, float]:
    """The two cuts of a score that agree best with the difficulties, as `fusion.json` holds them.

    Best by macro-F1: hard prompts are few, so that by accuracy it would pay to call hardly any hard.
    """
    steps = np.arange(0.1, 0.91, 0.01)
    places = np.array([list(Difficulty).index(difficulty) for difficulty in difficulties])
    pairs = [(low, high) for low in steps for high in steps if low < high]
    agreed = [
        macro_f1(places, (scores >= low).astype(np.int64) + (scores > high), len(Difficulty)) for low, high in pairs
    ]
    low, high = pairs[int(np.argmax(agreed))]
    return {"easy_below": round(float(low), 2), "hard_above": round(float(high), 2)}


@dataclass(frozen=True, slots=True)
class _Seen:
    """The development prompts as they are and in another form, and the logs of what each stage makes of them."""

    rows: Sequence[Labelled]
    readings: Sequence[Reading]
    real: NDArray[np.bool_]
    labels: NDArray[np.int64]
    rules: Matrix
    model: Matrix
    words: Matrix

    @classmethod
    def by(cls, book: RuleBook, encoder: Encoder, grams: Grams) -> _Seen:
        """Asks every stage."""
        ours, public = own_prompts("development"), _public()
        rows, chance = ours + public, random.Random(SEED)  # noqa: S311 - which change, not a secret
        real = np.tile(np.arange(len(rows)) >= len(ours), 2)
        rows += [replace(row, prompt=perturb(row.prompt, chance)) for row in rows]
        readings = [read_request(book, row.prompt)[1] for row in rows]
        rules, _ = rule_logs(book, readings)
        model, words = model_logs(encoder, readings), word_logs(grams, readings)
        return cls(rows, readings, real, labels_of(rows), rules, model, words)

    def kinds(self) -> dict[str, _Kind]:
        """What is fitted for each kind of prompt that `fusion.json` has weights of their own for, by its name there.

        The weights are those that fit all development prompts best. How sure the result is, real prompts tell alone:
        whoever uses this is a stranger, and what was written for the purpose is clearer than what strangers send.
        """
        masks = self._masks()
        wholes = {name: self._blended(some, ("model", "rules", "words")) for name, some in masks.items()}
        modelless = {name: self._blended(some, ("rules", "words")) for name, some in masks.items()}
        trust, trust_modelless = self._trust(masks, wholes), self._trust(masks, modelless)
        print(f"by real prompts, scores are multiplied by {trust}, without a model by {trust_modelless}")
        return {
            name: self._kind(some, wholes[name].trusted(trust), modelless[name].trusted(trust_modelless))
            for name, some in masks.items()
        }

    def _masks(self) -> dict[str, NDArray[np.bool_]]:
        beyond = np.array([beyond_ascii(reading.prompt.text) for reading in self.readings])
        laden = np.array([is_laden(reading.prompt.text) for reading in self.readings])
        return {"ascii": ~beyond & ~laden, "beyond": beyond & ~laden, "laden": laden}

    def _blended(self, some: NDArray[np.bool_], names: Sequence[str]) -> Blended:
        stages = {"model": self.model, "rules": self.rules, "words": self.words}
        return Blended.fitted(self.labels[some], {name: stages[name][some] for name in names})

    def _trust(self, masks: Mapping[str, NDArray[np.bool_]], blends: Mapping[str, Blended]) -> float:
        scores = np.concatenate([blends[name].scores[self.real[some]] for name, some in masks.items()])
        return fit_trust(scores, np.concatenate([self.labels[some & self.real] for some in masks.values()]))

    def _kind(self, some: NDArray[np.bool_], whole: Blended, modelless: Blended) -> _Kind:
        long = np.array([reading.features.words > SHORT_WORDS for reading in self.readings])[some]
        rows = zip(modelless.chances.tolist(), np.exp(self.rules[some]).tolist(), long, strict=True)
        asked = [model_knows_best(row, long=bool(each)) or rules_object(row, other) for row, other, each in rows]
        sure = np.where(asked, 0.0, modelless.chances.max(axis=1))
        return _Kind(self.labels[some], whole, modelless, *least_confidence(sure, modelless.chosen == whole.chosen))


def _public() -> list[Labelled]:
    """Real prompts, where there are the public sets."""
    folder = data_dir()
    if folder is None:
        print("DATA_DIR is not set: the confidence is fitted without real prompts", file=sys.stderr)
        return []
    return rows_read(folder, DEVELOPMENT)


def fit_by_form(book: RuleBook, alone: float) -> dict[str, object]:
    """What prompts are like that neither model nor words tell of, on our training prompts, as `fusion.json` holds it.

    `alone` is the temperature of the rules.
    """
    rows = own_prompts("train")
    scored = [r for r in rows if r.complexity is not None and r.creativity is not None and r.difficulty is not None]
    logs, forms = rule_logs(book, [read_request(book, row.prompt)[1] for row in scored])
    form = np.hstack([forms, softmax(alone * logs)])
    complexity = fit_score(form, np.array([row.complexity for row in scored], dtype=np.float64))
    creativity = fit_score(form, np.array([row.creativity for row in scored], dtype=np.float64))
    guessed = sigmoid(form @ complexity[0] + complexity[1])
    return {
        "complexity_by_form": _linear(complexity),
        "creativity_by_form": _linear(creativity),
        "form_cuts": cuts(guessed, [row.difficulty for row in scored if row.difficulty is not None]),
    }


def fit_cuts(encoder: Encoder, grams: Grams, seen: _Seen) -> dict[str, dict[str, float]]:
    """Where the complexity by words, and the model's level, become a difficulty."""
    known = [(row.difficulty, reading) for row, reading in zip(seen.rows, seen.readings, strict=True) if row.difficulty]
    difficulties = [difficulty for difficulty, _ in known]
    by_words = np.array([grams.read(reading).complexity for _, reading in known])
    levels = np.array([read_heads(encoder.encode(reading.prompt.text)).level for _, reading in known])
    return {"word_cuts": cuts(by_words, difficulties), "model_cuts": cuts(levels, difficulties)}


def main() -> int:
    """Write `fusion.json` for the model that has been built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    options = parser.parse_args()
    book, grams = RuleBook.load(), Grams.load(options.artifacts)
    if grams is None:
        print("grams.npz is missing: python -m training.torch_grams makes it", file=sys.stderr)
        return 1
    encoder = Encoder.load(options.artifacts)
    seen = _Seen.by(book, encoder, grams)
    kinds = seen.kinds()
    (alone,), _ = fit_fusion([seen.rules], seen.labels, with_bias=False)
    fitted = {
        **{name: kind.entry() for name, kind in kinds.items()},
        "rules_alone": round(float(alone), 4),
        **fit_by_form(book, float(alone)),
        **fit_cuts(encoder, grams, seen),
    }
    (options.artifacts / FUSION).write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    _tell(seen, kinds)
    return 0


def _tell(seen: _Seen, kinds: Mapping[str, _Kind]) -> None:
    for name, scores in (("rules", seen.rules), ("model", seen.model), ("words", seen.words)):
        right = np.mean(scores.argmax(axis=1) == seen.labels)
        print(f"{name}: accuracy {right:.3f} on {len(seen.labels)} development prompts")
    for name, kind in kinds.items():
        print(f"the {len(kind.labels)} {name}: {kind.told()}")


def _linear(fitted: tuple[Matrix, float]) -> dict[str, object]:
    return {"weights": [round(float(value), 4) for value in fitted[0]], "bias": round(fitted[1], 4)}


if __name__ == "__main__":
    sys.exit(main())
