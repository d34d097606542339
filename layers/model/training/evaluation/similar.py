"""`python -m training.evaluation.similar`: how near two questions must be for one answer."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import numpy as np

from classifier import load
from llm_router.generation.sameness import marks, may_be_one
from llm_router.generation.similar_answers import NEAR_ENOUGH

PAIRS = Path(__file__).with_name("similar_pairs.toml")
THRESHOLDS = (0.80, 0.85, 0.88, 0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98)
SECRET = b"pairs"

Taken = dict[str, np.ndarray]


def main() -> int:
    """Print precision and recall at each threshold; 1 where at ours a pair of different questions is taken for one."""
    pairs = tomllib.loads(PAIRS.read_text(encoding="utf-8"))
    classifier = load()
    near: dict[str, np.ndarray] = {}
    allowed: dict[str, np.ndarray] = {}
    for kind in ("same", "different"):
        texts = [(str(one), str(other)) for one, other in pairs[kind]]
        near[kind] = np.array([float(classifier.embed(a) @ classifier.embed(b)) for a, b in texts])
        allowed[kind] = np.array([may_be_one(marks(a, SECRET), marks(b, SECRET)) for a, b in texts])
    print(f"{len(near['same'])} pairs that mean the same, {len(near['different'])} that do not")
    print(
        "| cosine | precision, by nearness | recall | precision, with words | recall | same taken | different taken |"
    )
    print("|---|---|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        taken = {kind: near[kind] >= threshold for kind in near}
        alone, worded = ({kind: int(np.sum(each[kind])) for kind in each} for each in (taken, _both(taken, allowed)))
        scores = [score for counts in (alone, worded) for score in _precision_and_recall(counts, len(near["same"]))]
        cells = [*(f"{score:.2f}" for score in scores), *map(str, worded.values())]
        print(f"| {threshold:.2f} | " + " | ".join(cells) + " |")
    return int(bool(np.any((near["different"] >= NEAR_ENOUGH) & allowed["different"])))


def _both(one: Taken, other: Taken) -> Taken:
    return {kind: one[kind] & other[kind] for kind in one}


def _precision_and_recall(taken: dict[str, int], all_same: int) -> tuple[float, float]:
    """Of the pairs that are taken, those that mean the same; of those that mean the same, the taken."""
    return taken["same"] / max(1, sum(taken.values())), taken["same"] / all_same


if __name__ == "__main__":
    sys.exit(main())
