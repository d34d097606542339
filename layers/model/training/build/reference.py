"""The same network in float32 numpy: what the graph is measured against, and what calibration watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from training.build.heads import Activation, Head
from training.build.network import (
    EMBEDDING_NORM,
    EPSILON,
    HEADS,
    LAYERS,
    PLACES,
    SEGMENTS,
    WIDTH,
    WORDS,
    Floats,
    Weights,
    attention,
    attention_norm,
    attention_output,
    narrowing,
    output_norm,
    widening,
)
from training.regression import softmax

Observer = Callable[[str, Floats], None]
"""Receives a linear layer's prefix and its input `[tokens, in]`."""


def hidden_states(weights: Weights, ids: Sequence[int], observe: Observer | None = None) -> list[Floats]:
    """The tokens after each layer, `[tokens, 384]` each; index 0 is what the embedding layer gives."""

    def linear(name: str, x: Floats) -> Floats:
        if observe is not None:
            observe(name, x)
        return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])

    x = weights[WORDS][list(ids)] + weights[PLACES][: len(ids)] + weights[SEGMENTS][0]
    x = _normalise(weights, EMBEDDING_NORM, x)
    states = [x]
    for layer in range(LAYERS):
        query, key, value = (_by_head(linear(attention(layer, part), x)) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(WIDTH // HEADS))
        context = (softmax(scores) @ value).transpose(1, 0, 2).reshape(len(ids), WIDTH)
        x = _normalise(weights, attention_norm(layer), x + linear(attention_output(layer), context))
        inner = gelu(linear(widening(layer), x))
        x = _normalise(weights, output_norm(layer), x + linear(narrowing(layer), inner))
        states.append(x)
    return states


def embedding(states: Sequence[Floats], layer: int = LAYERS) -> Floats:
    """The normalised mean over the tokens of a layer, `[384]`."""
    mean = states[layer].mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def head_output(head: Head, states: Sequence[Floats]) -> Floats:
    """What a head gives for these tokens, `[out]`."""
    tokens = states[LAYERS]
    x = np.concatenate([tokens.mean(axis=0), tokens[0]])
    for dense in head.layers:
        x = _activate(dense.activation, x @ dense.weight.T + dense.bias)
    return x


def gelu(x: Floats) -> Floats:
    """x·Φ(x) with erf as in Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    polynomial = np.zeros_like(t)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        polynomial = (polynomial + np.float32(factor)) * t
    erf = np.sign(x) * (1 - polynomial * np.exp(-z * z))
    return np.asarray(x * (1 + erf) / 2, dtype=np.float32)


def _activate(activation: Activation, x: Floats) -> Floats:
    match activation:
        case Activation.GELU:
            return gelu(x)
        case Activation.SIGMOID:
            return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float32)
        case Activation.IDENTITY:
            return x


def _by_head(x: Floats) -> Floats:
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def _normalise(weights: Weights, name: str, x: Floats) -> Floats:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    return np.asarray(
        centred / np.sqrt(variance + EPSILON) * weights[f"{name}.weight"] + weights[f"{name}.bias"], dtype=np.float32
    )
