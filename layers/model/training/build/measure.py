"""`python -m training.build.measure`: the encoder's cost and fidelity on this machine, one thread."""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from classifier.encoder import ARTIFACTS, Encoder
from classifier.manifest import GRAPH, TOKENISER
from classifier.runtime import Session, open_session
from classifier.tokens import Tokeniser
from training.build.check import cosines, head_agreement
from training.build.heads import read_heads
from training.build.inputs import Inputs
from training.build.source import CACHE, obtain_source
from training.build.weights import load_weights

LENGTHS = {12: 600, 48: 200, 96: 60}
"""Tokens of the prompt, and how often it is run."""

START = """
import sys, time
begin = time.perf_counter()
from classifier.encoder import Encoder
encoder = Encoder.load(__import__("pathlib").Path(sys.argv[1]))
loaded = time.perf_counter()
encoder.encode("What is the capital of France?")
print(round((loaded - begin) * 1000), round((time.perf_counter() - loaded) * 1000, 1))
"""


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS)
    parser.add_argument("--prompts", type=Path, help="a file of prompts, one a line, to measure fidelity on")
    options = parser.parse_args()
    folder: Path = options.artifacts

    load, first, memory = _start(folder)
    print(f"fresh process: loaded in {load} ms, first text {first} ms, {memory} MB at its peak")
    encoder, tokenise = Encoder.load(folder), _tokeniser(folder)
    session = open_session(folder / GRAPH, threads=1)
    print("tokens   session    encode   with deadline   p50 in ms")
    for length, times in LENGTHS.items():
        text = " ".join(["word"] * (length - 2))
        ids = tokenise(text).ids
        columns = (_session_run(session, ids), _plain(encoder, text), _bounded(encoder, text))
        print(f"{len(ids):6}" + "".join(f"{value:10.3f}" for value in _medians(columns, times)))
    if options.prompts:
        prompts = [line.replace("\\n", "\n") for line in options.prompts.read_text(encoding="utf-8").splitlines()]
        inputs = Inputs.find(folder)
        weights = load_weights(obtain_source(CACHE), inputs.adapters)
        found = cosines(encoder, weights, tokenise, prompts)
        print(f"cosine to float32 on {len(prompts)} prompts: mean {found.mean():.4f}, least {found.min():.4f}")
        heads = read_heads(inputs.heads) if inputs.heads else ()
        for head, (apart, same) in zip(heads, head_agreement(encoder, weights, tokenise, heads, prompts), strict=True):
            choice = f", the same greatest output in {same:.1%}" if head.width > 1 else ""
            print(f"{head.name}: {apart:.4f} from float32 on average{choice}")
    return 0


def _tokeniser(folder: Path) -> Tokeniser:
    return Tokeniser(folder / TOKENISER)


def _session_run(session: Session, ids: tuple[int, ...]) -> Callable[[], object]:
    import numpy as np

    given, names = {"input_ids": np.array([ids], np.int64)}, [output.name for output in session.get_outputs()]
    return lambda: session.run(names, given, None)


def _plain(encoder: Encoder, text: str) -> Callable[[], object]:
    return lambda: encoder.encode(text)


def _bounded(encoder: Encoder, text: str) -> Callable[[], object]:
    return lambda: encoder.encode(text, deadline_s=1.0)


def _medians(calls: tuple[Callable[[], object], ...], times: int) -> list[float]:
    """Milliseconds of each, run in turn so that all see the same machine."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(times):
        for call, results in zip(calls, taken, strict=True):
            begin = time.perf_counter()
            call()
            results.append((time.perf_counter() - begin) * 1000)
    return [statistics.median(results) for results in taken]


def _start(folder: Path) -> tuple[int, float, int]:
    """Load and first-text time in milliseconds and peak memory in MB, in a process of its own."""
    # The child says its own peak: its parent's could be larger.
    peak = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    command = [sys.executable, "-c", START + peak, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - fixed words
    load, first, most = re.split(r"\s+", done.stdout.strip())
    return int(load), float(first), round(int(most) / (1024 if sys.platform == "linux" else 1024 * 1024))


if __name__ == "__main__":
    sys.exit(main())
