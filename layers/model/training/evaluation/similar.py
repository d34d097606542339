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


def main() -> int:
    """Print, for each threshold, how many pairs are taken for one question; 1 when different ones are at ours."""
    pairs = tomllib.loads(PAIRS.read_text(encoding="utf-8"))
    classifier = load()
    near: dict[str, np.ndarray] = {}
    allowed: dict[str, np.ndarray] = {}
    for kind in ("same", "different"):
        texts = [(str(one), str(other)) for one, other in pairs[kind]]
        near[kind] = np.array([float(classifier.embed(a) @ classifier.embed(b)) for a, b in texts])
        allowed[kind] = np.array([may_be_one(marks(a, SECRET), marks(b, SECRET)) for a, b in texts])
    print(f"{len(near['same'])} pairs that mean the same, {len(near['different'])} that do not")
    print("| cosine | same, by nearness | different, by nearness | same, with words | different, with words |")
    print("|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        counts = [np.sum(near[kind] >= threshold) for kind in near]
        counts += [np.sum((near[kind] >= threshold) & allowed[kind]) for kind in near]
        print(f"| {threshold:.2f} | " + " | ".join(map(str, counts)) + " |")
    return int(bool(np.any((near["different"] >= NEAR_ENOUGH) & allowed["different"])))


if __name__ == "__main__":
    sys.exit(main())
