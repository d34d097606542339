"""How the opinions of rules, words and the model become one, with a confidence that means what it says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifier.features import NUMERIC
from classifier.logistic import sigmoid, softmax
from llm_router.taxonomy import Category, Difficulty

FUSION = "fusion.json"
CATEGORIES = tuple(Category)

HARDLY = 0.03
"""The chance of mathematics below which a prompt is taken not to be a calculation."""

OBJECTING = 0.6
"""The chance from which on rules that hold a prompt for something else than words do have the model asked, as about a
poem that names a programming language. Chosen by hand."""

LEAST_CHANCE = 1e-4
"""What a chance counts at least where its log is taken: no stage alone can rule a category out."""

_MATH, _QUESTION = CATEGORIES.index(Category.MATH), CATEGORIES.index(Category.QUESTION)

Chances = tuple[float, ...]
"""One probability for each of `CATEGORIES`, in that order."""


class FusionError(Exception):
    """The fitted numbers are missing or not what they should be; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Linear:
    """`sigmoid(weights · x + bias)`."""

    weights: tuple[float, ...]
    bias: float

    def __call__(self, x: Sequence[float]) -> float:
        return sigmoid(sum(map(float.__mul__, self.weights, x)) + self.bias)


@dataclass(frozen=True, slots=True)
class Blend:
    """What each stage's opinion counts, and a bias a category."""

    model: float
    rules: float
    words: float
    bias: Chances


@dataclass(frozen=True, slots=True)
class Others:
    """What is known beside the model: the rules' opinion, that of words if there are such, whether a letter is not one
    of English's, whether it is longer than a line, and whether it may hold material beside the request."""

    rules: Chances
    words: Chances | None = None
    beyond: bool = False
    long: bool = False
    laden: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """The blends for one kind of prompt, with the model and without; above the confidence `enough_above` the latter is
    enough."""

    whole: Blend
    modelless: Blend
    enough_above: float


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a complexity, or a level, becomes a difficulty."""

    easy_below: float
    hard_above: float

    def __call__(self, score: float) -> Difficulty:
        if score < self.easy_below:
            return Difficulty.EASY
        return Difficulty.HARD if score > self.hard_above else Difficulty.MEDIUM


@dataclass(frozen=True, slots=True)
class Fusion:
    """Fitted on prompts of writers of whom neither the rules nor the model have seen any; how sure the result is,
    on real ones among them alone.

    The log of each stage's probabilities is weighed and summed (a logistic regression over opinions, which is what
    makes agreement count for more than each), with a bias a category: `ascii` for prompts whose letters are English's,
    which the encoder reads best; `beyond` for all others, where words count for more; `laden` for those of either that
    may hold material, whose words and phrases say little of the request. `rules_alone` is the temperature
    of the rules where there is nothing else. `complexity_by_form` and `creativity_by_form` read `Features.numeric` and
    the category probabilities, for prompts of which neither model nor words tell; `form_cuts`, `word_cuts` and
    `model_cuts` are for the complexity by form, that by words and the model's level.
    """

    ascii: Kind
    beyond: Kind
    laden: Kind
    rules_alone: float
    complexity_by_form: Linear
    creativity_by_form: Linear
    form_cuts: Cuts
    word_cuts: Cuts
    model_cuts: Cuts

    @classmethod
    def load(cls, folder: Path) -> Fusion:
        """Raises `FusionError`."""
        try:
            raw = json.loads((folder / FUSION).read_text(encoding="utf-8"))
            fusion = cls(
                ascii=_kind(raw["ascii"]),
                beyond=_kind(raw["beyond"]),
                laden=_kind(raw["laden"]),
                rules_alone=_number(raw["rules_alone"]),
                complexity_by_form=_linear(raw["complexity_by_form"]),
                creativity_by_form=_linear(raw["creativity_by_form"]),
                form_cuts=_cuts(raw["form_cuts"]),
                word_cuts=_cuts(raw["word_cuts"]),
                model_cuts=_cuts(raw["model_cuts"]),
            )
        except FileNotFoundError as error:
            raise FusionError(f"{FUSION} is missing.") from error
        except OSError as error:
            raise FusionError(f"{FUSION} cannot be read ({error.strerror}).") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FusionError(f"{FUSION} is damaged.") from error
        return fusion

    @classmethod
    def unfitted(cls) -> Fusion:
        """Equal trust and nothing known of form: what is left when the file is gone."""
        flat = Linear((0.0,) * (len(NUMERIC) + len(CATEGORIES)), -0.6)
        equal = Blend(1.0, 1.0, 0.0, (0.0,) * len(CATEGORIES))
        kind = Kind(equal, replace(equal, model=0.0), 1.0)
        cuts = Cuts(0.35, 0.6)
        return cls(kind, kind, kind, 1.0, flat, flat, cuts, cuts, cuts)

    def sparing_above(self, confidence: float) -> Fusion:
        """The same, but rules and words are enough above this confidence, whatever the kind of prompt."""
        kinds = (self.ascii, self.beyond, self.laden)
        plain, beyond, laden = (replace(kind, enough_above=confidence) for kind in kinds)
        return replace(self, ascii=plain, beyond=beyond, laden=laden)

    def fuse(self, model: Chances, others: Others) -> Chances:
        """All opinions as one; without those of words, what there is."""
        return _blended(self._kind(others).whole, model, others)

    def is_enough(self, modelless: Chances, others: Others) -> bool:
        """Whether the opinion of rules and words may stand as it is."""
        above = self._kind(others).enough_above
        if max(modelless) <= above or model_knows_best(modelless, long=others.long):
            return False
        return not rules_object(modelless, others.rules)

    def without_model(self, others: Others) -> Chances:
        """The opinion of rules and words; without the latter, that of the rules, tempered."""
        if others.words is None:
            return softmax([log * self.rules_alone for log in _logs(others.rules)])
        return _blended(self._kind(others).modelless, others.rules, others)

    def _kind(self, others: Others) -> Kind:
        if others.laden:
            return self.laden
        return self.beyond if others.beyond else self.ascii


def _blended(blend: Blend, model: Chances, others: Others) -> Chances:
    scores = [
        blend.model * m + blend.rules * r + bias
        for m, r, bias in zip(_logs(model), _logs(others.rules), blend.bias, strict=True)
    ]
    if others.words is not None:
        scores = [score + blend.words * w for score, w in zip(scores, _logs(others.words), strict=True)]
    return softmax(scores)


def model_knows_best(fused: Sequence[float], *, long: bool) -> bool:
    """Whether, by a fused opinion, a prompt may be a calculation or is a long question, as test items are.

    How hard those are, words know less well.
    """
    return fused[_MATH] >= HARDLY or (long and max(fused) == fused[_QUESTION])


def rules_object(fused: Sequence[float], rules: Sequence[float]) -> bool:
    """Whether the rules are for another category than the fused opinion, with some certainty."""
    most = max(rules)
    return most >= OBJECTING and fused[rules.index(most)] < max(fused)


def _logs(chances: Chances) -> list[float]:
    return [math.log(chance if chance > LEAST_CHANCE else LEAST_CHANCE) for chance in chances]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _numbers(value: object, count: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        raise ValueError("not as many numbers as there should be")
    return tuple(map(_number, value))


def _kind(value: Mapping[str, Any]) -> Kind:
    return Kind(_blend(value["whole"]), _blend(value["modelless"]), _number(value["enough_above"]))


def _cuts(value: Mapping[str, object]) -> Cuts:
    return Cuts(_number(value["easy_below"]), _number(value["hard_above"]))


def _blend(value: Mapping[str, object]) -> Blend:
    model, rules, words = (_number(value[name]) for name in ("model", "rules", "words"))
    return Blend(model, rules, words, _numbers(value["bias"], len(CATEGORIES)))


def _linear(value: Mapping[str, object]) -> Linear:
    return Linear(_numbers(value["weights"], len(NUMERIC) + len(CATEGORIES)), _number(value["bias"]))
