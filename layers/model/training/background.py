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
SHORT_PER_CATEGORY, SHORT_CHARACTERS = 50, 60
BARE = Path(__file__).with_name("bare.txt")
"""Messages of a sign or a word or two, one a line: people send such, and training has hardly any."""


def everyday() -> list[str]:
    """Some of our training prompts of each category, some short ones in English, which are like terse examples in
    little but their form, and bare messages."""
    rows = own_prompts("train")
    short = [row for row in rows if row.lang == "en" and len(row.prompt) <= SHORT_CHARACTERS]
    sampled = (*sample(rows, PER_CATEGORY), *sample(short, SHORT_PER_CATEGORY))
    return [*(row.prompt for row in sampled), *BARE.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Write `background.npz`: the signatures of everyday prompts, as int8 in `steps`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    options = parser.parse_args()
    prompts = everyday()
    encoder = Encoder.load(options.artifacts)
    vectors = np.array([signature(encoder.encode(normalise(prompt).text)) for prompt in prompts])
    steps = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    rounded = np.rint(vectors / steps).astype(np.int8)
    np.savez_compressed(options.artifacts / BACKGROUND, signatures=rounded, steps=steps)
    print(f"{len(prompts)} prompts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
