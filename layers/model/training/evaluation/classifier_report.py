"""The report on the classifier: tables by set, beside simpler ways, with pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier import HybridClassifier
from classifier.fusion import CATEGORIES
from llm_router.taxonomy import Classification
from training.evaluation.checks import HELDOUT, REAL, CheckSet, Scale
from training.evaluation.metrics import (
    Bin,
    Integers,
    Numbers,
    accuracy,
    calibration_error,
    confusion,
    f1_scores,
    macro_f1,
    reliability,
    spearman,
)
from training.evaluation.pictures import confusion_svg, reliability_svg
from training.evaluation.robustness import Flips
from training.labelled import labels_of

SLOW = "nearest exemplar"
SLOW_LIMIT = 500
"""Prompts of a set that the slow baseline sees."""

Ways = dict[str, Callable[[Sequence[str]], Numbers]]
"""By name, what gives prompts their probabilities `[prompts, categories]`."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one way does on one set."""

    way: str
    prompts: int
    accuracy: float
    macro_f1: float
    calibration_error: float


def classify_all(classifier: HybridClassifier, prompts: Sequence[str]) -> list[Classification]:
    """One by one, as they are served.

    Only a classifier made with `deadline_s=None` finds the same on a busy machine.
    """
    return [classifier.classify(prompt) for prompt in prompts]


def chances_of(found: Sequence[Classification]) -> Numbers:
    """Probabilities `[prompts, categories]`."""
    return np.array([[each.probabilities[category] for category in CATEGORIES] for each in found])


def result(way: str, chances: Numbers, checks: CheckSet) -> Result:
    """The figures of one way on one set."""
    labels, guesses = labels_of(checks.rows), chances.argmax(axis=1)
    error = calibration_error(_bins(labels, chances))
    return Result(way, len(labels), accuracy(labels, guesses), macro_f1(labels, guesses, len(CATEGORIES)), error)


def about_section(classifier: HybridClassifier) -> list[str]:
    """Which model was measured, and how the tables are to be read."""
    info = classifier.about
    if not info.available:
        return [f"**By rules and words alone: {info.reason}**"]
    return [
        f"{info.model}, fine-tuned, version `{info.version}`. Macro-F1 is over the categories that occur in a set; ECE "
        "is the expected calibration error in ten bins. Sets of one category have a macro-F1 that says little: read "
        "their accuracy."
    ]


def category_section(checks: CheckSet, chances: Numbers, ways: Ways, target: Path | None) -> list[str]:
    """A table of all ways, one of all origins, F1 by category, and the pictures, which go into the folder `target`."""
    labels = labels_of(checks.rows)
    if not len(labels):
        return []
    results = [result("**classifier**", chances, checks)]
    for way, guess in ways.items():
        few = CheckSet(checks.name, checks.rows[:SLOW_LIMIT], ()) if way == SLOW else checks
        results.append(result(way, guess([row.prompt for row in few.rows]), few))
    lines = ["", f"## {checks.name}", *_table("way", results), *_by_origin(checks, chances)]
    if checks.name in {HELDOUT, REAL}:
        scores = f1_scores(labels, chances.argmax(axis=1), len(CATEGORIES))
        listed = ", ".join(f"{name} {score:.2f}" for name, score in zip(CATEGORIES, scores, strict=True))
        lines += ["", f"F1 by category: {listed}.", ""]
        if target is not None:
            _draw(checks.name, labels, chances, target)
        lines += [f"![reliability](reliability_{checks.name}.svg) ![confusion](confusion_{checks.name}.svg)"]
    return lines


def difficulty_section(classifier: HybridClassifier, scales: Iterable[Scale]) -> list[str]:
    """Spearman's rank correlation of `complexity` with what is known to be hard, beside that of length alone."""
    lines = ["", "## Difficulty", "", "Spearman's rank correlation with what is known to be hard.", ""]
    lines += ["| scale | prompts | complexity | length alone |", "|---|---|---|---|"]
    for scale in scales:
        hardness = np.array(scale.hardness)
        if not len(hardness):
            continue
        complexity = np.array([each.complexity for each in classify_all(classifier, scale.prompts)])
        length = np.array([float(len(prompt)) for prompt in scale.prompts])
        lines.append(
            f"| {scale.name} | {len(hardness)} | {spearman(complexity, hardness):.3f} "
            f"| {spearman(length, hardness):.3f} |"
        )
    return lines


def robustness_section(flips: Iterable[Flips]) -> list[str]:
    """How often the category flips, by kind of change."""
    lines = ["", "## Robustness", "", "| change | prompts changed | category flips |", "|---|---|---|"]
    return lines + [f"| {each.kind} | {each.changed} | {each.share:.1%} |" for each in flips]


def _by_origin(checks: CheckSet, chances: Numbers) -> list[str]:
    origins = sorted(set(checks.origins))
    if len(origins) < 2:
        return []
    results = []
    for origin in origins:
        places = [place for place, each in enumerate(checks.origins) if each == origin]
        rows = tuple(checks.rows[place] for place in places)
        results.append(result(origin, chances[places], CheckSet(origin, rows, ())))
    return _table("origin", results)


def _table(of: str, results: Iterable[Result]) -> list[str]:
    """As Markdown, after an empty line; `of` is the heading of the first column."""
    lines = ["", f"| {of} | prompts | accuracy | macro-F1 | ECE |", "|---|---|---|---|---|"]
    return lines + [
        f"| {r.way} | {r.prompts} | {r.accuracy:.3f} | {r.macro_f1:.3f} | {r.calibration_error:.3f} |" for r in results
    ]


def _bins(labels: Integers, chances: Numbers) -> list[Bin]:
    return reliability(chances.max(axis=1), labels == chances.argmax(axis=1))


def _draw(name: str, labels: Integers, chances: Numbers, report: Path) -> None:
    counts = confusion(labels, chances.argmax(axis=1), len(CATEGORIES))
    report.mkdir(parents=True, exist_ok=True)
    calibration = reliability_svg(_bins(labels, chances), "reliability")
    (report / f"reliability_{name}.svg").write_text(calibration, encoding="utf-8")
    (report / f"confusion_{name}.svg").write_text(
        confusion_svg(counts, CATEGORIES, "asked (rows) and answered (columns)"), encoding="utf-8"
    )
