"""`python -m training.evaluate`: measures the classifier and the choice, and writes their reports with pictures.

Without `DATA_DIR` the classifier is measured on our own held-out prompts alone, and reports that tell more stay.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier import HybridClassifier, load
from classifier.encoder import ARTIFACTS
from classifier.fusion import CATEGORIES
from classifier.loading import MEASURED
from llm_router.taxonomy import Classification
from training.evaluation.baselines import NearestExemplar, WordGrams
from training.evaluation.checks import HELDOUT, REAL, CheckSet, category_sets, scales
from training.evaluation.choice_default import told
from training.evaluation.choice_report import choice_report
from training.evaluation.metrics import (
    accuracy,
    calibration_error,
    confusion,
    f1_scores,
    macro_f1,
    reliability,
    spearman,
)
from training.evaluation.own_categories import own_section
from training.evaluation.pictures import confusion_svg, reliability_svg
from training.evaluation.robustness import Flips, measure_flips
from training.evaluation.spared import spared_section
from training.labelled import labels_of, own_prompts
from training.sources import data_dir, public_rows

REPORT = Path(__file__).with_name("report")
CLASSIFIER = "README.md"
CHOICE = "choice.md"
PAGE = Path(__file__).parents[3] / "docs" / "choosing.md"
LIMIT = 1500
SLOW = "nearest exemplar"
SLOW_LIMIT = 500
"""Prompts of a set that the slow baseline sees."""

Chances = NDArray[np.float64]
Ways = dict[str, Callable[[Sequence[str]], Chances]]


@dataclass(frozen=True, slots=True)
class Result:
    """How one way does on one set."""

    way: str
    prompts: int
    accuracy: float
    macro_f1: float
    calibration_error: float


def classify_all(classifier: HybridClassifier, prompts: Sequence[str]) -> list[Classification]:
    """One by one, as they are served; without a deadline, so that a busy machine measures the same."""
    return [classifier.classify(prompt) for prompt in prompts]


def chances_of(found: Sequence[Classification]) -> Chances:
    """Probabilities `[prompts, categories]`."""
    return np.array([[each.probabilities[category] for category in CATEGORIES] for each in found])


def result(way: str, chances: Chances, checks: CheckSet) -> Result:
    """The figures of one way on one set."""
    labels, guesses = labels_of(checks.rows), chances.argmax(axis=1)
    bins = reliability(chances.max(axis=1), labels == guesses)
    return Result(
        way, len(labels), accuracy(labels, guesses), macro_f1(labels, guesses, len(CATEGORIES)), calibration_error(bins)
    )


def _about(classifier: HybridClassifier) -> list[str]:
    info = classifier.about
    if not info.available:
        return [f"**By rules and words alone: {info.reason}**"]
    return [
        f"{info.model}, fine-tuned, version `{info.version}`. Macro-F1 is over the categories that occur in a set; ECE "
        "is the expected calibration error in ten bins. Sets of one category have a macro-F1 that says little: read "
        "their accuracy."
    ]


def _category_section(checks: CheckSet, chances: Chances, ways: Ways, target: Path | None) -> list[str]:
    """A table of all ways, one of all origins, F1 by category, and the pictures, which go into the folder `target`."""
    labels = labels_of(checks.rows)
    if not len(labels):
        return []
    lines = ["", f"## {checks.name}", "", "| way | prompts | accuracy | macro-F1 | ECE |", "|---|---|---|---|---|"]
    results = [result("**classifier**", chances, checks)]
    for way, guess in ways.items():
        few = CheckSet(checks.name, checks.rows[:SLOW_LIMIT], ()) if way == SLOW else checks
        results.append(result(way, guess([row.prompt for row in few.rows]), few))
    lines += [
        f"| {r.way} | {r.prompts} | {r.accuracy:.3f} | {r.macro_f1:.3f} | {r.calibration_error:.3f} |" for r in results
    ]
    lines += _by_origin(checks, chances)
    if checks.name in {HELDOUT, REAL}:
        scores = f1_scores(labels, chances.argmax(axis=1), len(CATEGORIES))
        listed = ", ".join(f"{name} {score:.2f}" for name, score in zip(CATEGORIES, scores, strict=True))
        lines += ["", f"F1 by category: {listed}.", ""]
        if target is not None:
            _draw(checks.name, labels, chances, target)
        lines += [f"![reliability](reliability_{checks.name}.svg) ![confusion](confusion_{checks.name}.svg)"]
    return lines


def _draw(name: str, labels: NDArray[np.int64], chances: Chances, report: Path) -> None:
    bins = reliability(chances.max(axis=1), labels == chances.argmax(axis=1))
    counts = confusion(labels, chances.argmax(axis=1), len(CATEGORIES))
    report.mkdir(parents=True, exist_ok=True)
    (report / f"reliability_{name}.svg").write_text(reliability_svg(bins, "reliability"), encoding="utf-8")
    (report / f"confusion_{name}.svg").write_text(
        confusion_svg(counts, CATEGORIES, "asked (rows) and answered (columns)"), encoding="utf-8"
    )


def _by_origin(checks: CheckSet, chances: Chances) -> list[str]:
    origins = sorted(set(checks.origins))
    if len(origins) < 2:
        return []
    lines = ["", "| origin | prompts | accuracy | macro-F1 | ECE |", "|---|---|---|---|---|"]
    for origin in origins:
        places = [place for place, each in enumerate(checks.origins) if each == origin]
        r = result(origin, chances[places], CheckSet(origin, tuple(checks.rows[place] for place in places), ()))
        lines.append(f"| {r.way} | {r.prompts} | {r.accuracy:.3f} | {r.macro_f1:.3f} | {r.calibration_error:.3f} |")
    return lines


def _difficulty_section(classifier: HybridClassifier, folder: Path | None) -> list[str]:
    """Spearman's rank correlation of `complexity` with what is known to be hard, beside that of length alone."""
    lines = ["", "## Difficulty", "", "Spearman's rank correlation with what is known to be hard.", ""]
    lines += ["| scale | prompts | complexity | length alone |", "|---|---|---|---|"]
    for scale in scales(folder, LIMIT):
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


def _robustness_section(flips: Sequence[Flips]) -> list[str]:
    lines = ["", "## Robustness", "", "| change | prompts changed | category flips |", "|---|---|---|"]
    return lines + [f"| {each.kind} | {each.changed} | {each.share:.1%} |" for each in flips]


def _write_measured(artifacts: Path, found: Result) -> None:
    """The figures that `GET /info` shows."""
    figures = {name: round(value, 4) for name, value in asdict(found).items() if name != "way"}
    (artifacts / MEASURED).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def may_write(folder: Path | None, report: Path) -> bool:
    """Whether a report may go there: without the public sets it would tell less than the one that is there."""
    return folder is not None or not (report / CLASSIFIER).exists()


def write_classifier(lines: Sequence[str], target: Path | None) -> None:
    """Print the report of the classifier, and write it into the folder `target`; without one, that is said."""
    print("\n".join(lines))
    if target is None:
        print("\nThe report stays as it is: the public sets lie under DATA_DIR, which is not set.")
        return
    target.mkdir(parents=True, exist_ok=True)
    (target / CLASSIFIER).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _report_choice(classifier: HybridClassifier, folder: Path | None, report: Path) -> None:
    """Measure the choice on outcomes; without their files the report stays as it is, and that is said.

    The page about choosing tells of the default from the report of its own folder alone.
    """
    if folder is None:
        print("\nThe choice was not measured: its outcomes lie under DATA_DIR, which is not set.")
        return
    lines, default = choice_report(classifier, folder, report)
    (report / CHOICE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    if report == REPORT:
        PAGE.write_text(told(PAGE.read_text("utf-8"), default), "utf-8")
    print("\n" + "\n".join(lines))


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--choice", action="store_true", help="the choice alone")
    parser.add_argument("--quick", action="store_true", help="without the slow baselines")
    options = parser.parse_args()
    started = time.perf_counter()
    folder = data_dir()
    classifier = replace(load(options.artifacts), deadline_s=None)
    if options.choice:
        _report_choice(classifier, folder, options.report)
        return 0
    modelless = replace(classifier, encoder=None)
    alone = replace(modelless, grams=None)
    train = own_prompts("train")
    grams = WordGrams(train + (public_rows(folder) if folder else []))
    share = np.bincount(labels_of(train), minlength=len(CATEGORIES)) / len(train)
    ways: Ways = {
        "majority": lambda prompts: np.tile(share, (len(prompts), 1)),
        "word n-grams": grams.chances,
        "rules alone": lambda prompts: chances_of(classify_all(alone, prompts)),
        "rules and words, no model": lambda prompts: chances_of(classify_all(modelless, prompts)),
    }
    if not options.quick:
        ways[SLOW] = NearestExemplar().chances
    lines = ["# What the classifier reaches", "", *_about(classifier), ""]
    sets = list(category_sets(folder, LIMIT))
    target = options.report if may_write(folder, options.report) else None
    for checks in sets:
        found = classify_all(classifier, [row.prompt for row in checks.rows])
        lines += _category_section(checks, chances_of(found), ways, target)
        if checks.name == HELDOUT and checks.rows:
            _write_measured(options.artifacts, result("", chances_of(found), checks))
    lines += spared_section(classifier, sets)
    lines += _difficulty_section(classifier, folder)
    lines += _robustness_section(measure_flips(classifier))
    lines += own_section(classifier, own_prompts("heldout"))
    lines += ["", f"Measured in {time.perf_counter() - started:.0f} s by `make evaluate`."]
    write_classifier(lines, target)
    _report_choice(classifier, folder, options.report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
