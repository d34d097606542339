"""How near the built encoder is to the same network in float32."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.encoder import Encoder
from classifier.tokens import Tokeniser
from training.build.heads import Head
from training.build.network import Floats, Weights
from training.build.reference import embedding, head_output, hidden_states

SAMPLE = (
    "What is the capital of France?",
    "Write a Python function that returns the n-th Fibonacci number, with a docstring and a test.",
    "Schreib mir bitte ein kurzes Gedicht über den ersten Schnee, und danach eine Fassung für Kinder.",
)
LEAST_COSINE = 0.98
"""Below this for any of the sample, something is broken: on its own machine the encoder stays above 0.99."""


def cosines(encoder: Encoder, weights: Weights, tokenise: Tokeniser, texts: Sequence[str]) -> Floats:
    """For each text the cosine between the built encoder's embedding and the float32 one."""
    wanted = [embedding(hidden_states(weights, tokenise(text).ids)) for text in texts]
    given = [encoder.encode(text).embedding for text in texts]
    return np.array([have @ want for have, want in zip(given, wanted, strict=True)], np.float32)


def head_agreement(
    encoder: Encoder, weights: Weights, tokenise: Tokeniser, heads: Sequence[Head], texts: Sequence[str]
) -> list[tuple[float, float]]:
    """For each head the mean absolute difference to float32, and how often both have the same greatest output."""
    states = [hidden_states(weights, tokenise(text).ids) for text in texts]
    outputs = [encoder.encode(text).heads for text in texts]
    agreement = []
    for head in heads:
        wanted = np.array([head_output(head, state) for state in states])
        given = np.array([output[head.name] for output in outputs])
        same = float(np.mean(given.argmax(axis=1) == wanted.argmax(axis=1)))
        agreement.append((float(np.abs(given - wanted).mean()), same))
    return agreement


def check_artifacts(folder: Path, weights: Weights, tokenise: Tokeniser) -> float:
    """The least cosine over a few sample texts, from the files as a process will open them.

    Raises `EncoderUnavailable` or `EncoderFailed` if they cannot be used at all.
    """
    return float(cosines(Encoder.load(folder), weights, tokenise, SAMPLE).min())
