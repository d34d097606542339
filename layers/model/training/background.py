"""`python -m training.background`: reads everyday prompts, against which an operator's own categories are set."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from classifier.encoder import ARTIFACTS, Encoder
from classifier.normalise import normalise
from classifier.own import BACKGROUND, signature
from training.labelled import own_prompts, sample

PER_CATEGORY = 200


def main() -> int:
    """Write `background.npz`: the signatures of some of our training prompts of each category, as int8 in `steps`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    options = parser.parse_args()
    rows = sample(own_prompts("train"), PER_CATEGORY)
    encoder = Encoder.load(options.artifacts)
    vectors = np.array([signature(encoder.encode(normalise(row.prompt).text)) for row in rows])
    steps = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    rounded = np.rint(vectors / steps).astype(np.int8)
    np.savez_compressed(options.artifacts / BACKGROUND, signatures=rounded, steps=steps)
    print(f"{len(rows)} prompts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
