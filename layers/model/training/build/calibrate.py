"""`python -m training.build.calibrate`: finds the smoothing for the weights in place and stores it to be committed."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from classifier.tokens import MAX_TOKENS, Tokeniser
from training.build.errors import BuildError
from training.build.glosses import glossed_tokeniser
from training.build.inputs import ARTIFACTS, SMOOTHING, Inputs
from training.build.smooth import calibrate, write_smoothing
from training.build.source import CACHE, obtain_source
from training.build.weights import load_weights

PROMPTS = Path(__file__).with_name("calibration.txt")
SEED = 7


def calibration_prompts(tokenise: Tokeniser) -> list[tuple[int, ...]]:
    """The committed prompts as token ids, and all of them again, shuffled and joined to prompts of full length.

    Some channels only move far from the start, so short prompts alone mislead. `\\n` in the file is a line break.
    """
    lines = [line.replace("\\n", "\n") for line in PROMPTS.read_text(encoding="utf-8").splitlines()]
    prompts = [tokenise(line).ids for line in lines]
    random.Random(SEED).shuffle(lines)  # noqa: S311 - an order, not a secret
    joined = ""
    for line in lines:
        joined += f"{line}\n"
        ids = tokenise(joined).ids
        if len(ids) >= MAX_TOKENS:
            prompts.append(ids)
            joined = ""
    return prompts


def main() -> int:
    """Calibrate for the adapters in place, or for the base weights alone with `--base`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", action="store_true", help="ignore adapters.npz")
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS, help="where adapters.npz is looked for")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the base model is kept")
    options = parser.parse_args()
    try:
        source = obtain_source(options.cache)
        inputs = Inputs() if options.base else Inputs.find(options.artifacts)
        weights = load_weights(source, inputs.adapters)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    prompts = calibration_prompts(Tokeniser(glossed_tokeniser(source)))
    print(f"Calibrating on {len(prompts)} prompts, about a minute", flush=True)
    target = SMOOTHING / f"{inputs.weights_key}.npz"
    write_smoothing(target, calibrate(weights, prompts))
    print(f"Wrote {target.name}; remove those of weights that are no longer used")
    return 0


if __name__ == "__main__":
    sys.exit(main())
