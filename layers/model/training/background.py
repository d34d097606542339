"""`python -m training.background`: embeds everyday prompts, against which an operator's own categories are set."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from classifier.encoder import ARTIFACTS, Encoder
from classifier.normalise import normalise
from classifier.own import BACKGROUND
from training.labelled import own_prompts, sample

PER_CATEGORY = 140


def main() -> int:
    """Write `background.npz`: the embeddings of some of our training prompts of each category, as int8."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    options = parser.parse_args()
    rows = sample(own_prompts("train"), PER_CATEGORY)
    encoder = Encoder.load(options.artifacts)
    vectors = np.array([encoder.encode(normalise(row.prompt).text).embedding for row in rows])
    rounded = np.clip(np.rint(vectors * 127), -127, 127).astype(np.int8)
    np.savez_compressed(options.artifacts / BACKGROUND, embeddings=rounded)
    print(f"{len(rows)} prompts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
