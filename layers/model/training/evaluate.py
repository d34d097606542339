"""`python -m training.evaluate`: measures the classifier and the choice, and writes their reports with pictures.

Without `DATA_DIR` the classifier is measured on our own held-out prompts alone, and reports that tell more stay.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from classifier import HybridClassifier, load
from classifier.encoder import ARTIFACTS
from classifier.fusion import CATEGORIES
from classifier.loading import MEASURED
from training.evaluation.baselines import NearestExemplar, WordGrams
from training.evaluation.checks import HELDOUT, category_sets, scales
from training.evaluation.choice_default import told
from training.evaluation.choice_report import choice_report
from training.evaluation.classifier_report import (
    SLOW,
    Result,
    Ways,
    about_section,
    category_section,
    chances_of,
    classify_all,
    difficulty_section,
    result,
    robustness_section,
)
from training.evaluation.own_categories import own_section
from training.evaluation.robustness import measure_flips
from training.evaluation.spared import spared_section
from training.labelled import labels_of, own_prompts
from training.sources import data_dir, public_rows

REPORT = Path(__file__).with_name("report")
CLASSIFIER = "README.md"
CHOICE = "choice.md"
PAGE = Path(__file__).parents[3] / "docs" / "choosing.md"
LIMIT = 1500


def _ways(classifier: HybridClassifier, folder: Path | None, *, quick: bool) -> Ways:
    """What the classifier is compared with: the simplest ways, and itself without some of its stages."""
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
    if not quick:
        ways[SLOW] = NearestExemplar().chances
    return ways


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
    ways = _ways(classifier, folder, quick=options.quick)
    lines = ["# What the classifier reaches", "", *about_section(classifier), ""]
    sets = list(category_sets(folder, LIMIT))
    target = options.report if may_write(folder, options.report) else None
    for checks in sets:
        found = classify_all(classifier, [row.prompt for row in checks.rows])
        lines += category_section(checks, chances_of(found), ways, target)
        if checks.name == HELDOUT and checks.rows:
            _write_measured(options.artifacts, result("", chances_of(found), checks))
    lines += spared_section(classifier, sets)
    lines += difficulty_section(classifier, scales(folder, LIMIT))
    lines += robustness_section(measure_flips(classifier))
    lines += own_section(classifier, own_prompts("heldout"))
    lines += ["", f"Measured in {time.perf_counter() - started:.0f} s by `make evaluate`."]
    write_classifier(lines, target)
    _report_choice(classifier, folder, options.report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
