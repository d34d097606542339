"""Makes the network easy to quantise without changing what it computes.

An activation is quantised with one range for the whole prompt, so one large channel costs all others their
resolution. Two exact rewritings, both found on calibration prompts, take that away:

* Splitting (outlier channel splitting, Zhao et al. 2019): behind the first feed-forward projection a few
  channels reach many times as far as the others, the farthest at [CLS]. Such a channel is computed several
  times, each copy weighing that much less in the second projection, so that smoothing can shrink it.
* Smoothing (SmoothQuant, Xiao et al. 2023): for a linear layer with input x and weight W, x / s and s · W give
  the same product. s = max|x|^a / max|W|^(1-a) per channel, with the a (or no s at all) that leaves the least
  error in the product on the calibration prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.build.network import LAYERS, Floats, Weights, attention, attention_output, narrowing, widening
from training.build.quantise import as_signed_columns, as_unsigned_bytes
from training.build.reference import hidden_states

COPIES = 32
"""Channels added to each layer's 1536: two in a hundred, and the width stays a multiple of 32."""

COPY_EXPONENT = 0.7
"""Each copy goes to the channel with the greatest reach / copies^0.7. Halving a weight lets smoothing shrink the
activation by less than half, so the farthest channels get more copies than even reaches would ask for."""

LEAST_REACH = 0.2
"""No channel is taken to reach less far than this share of the median: one that calibration hardly moved would be
blown up until it ruled the range of the first prompt that does move it."""

STRENGTHS = tuple(round(0.05 * step, 2) for step in range(6, 20))


@dataclass(frozen=True, slots=True)
class Smoothing:
    """`splits`: by layer, the channels to add, each as often as it shall be added. `factors`: by a linear layer's
    prefix (for attention its query's), what its input is divided by, `[in]`."""

    splits: dict[int, list[int]]
    factors: dict[str, Floats]


def read_smoothing(path: Path) -> Smoothing:
    """What `write_smoothing` stored."""
    with np.load(path, allow_pickle=False) as archive:
        splits = {layer: [int(channel) for channel in row] for layer, row in enumerate(archive["splits"])}
        return Smoothing(splits, {name: archive[name].astype(np.float32) for name in archive.files if name != "splits"})


def write_smoothing(path: Path, smoothing: Smoothing) -> None:
    """Store it, the factors as float16, in which `calibrate` gives them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    splits = np.array([smoothing.splits[layer] for layer in range(LAYERS)], np.int16)
    arrays: dict[str, NDArray[np.generic]] = {n: v.astype(np.float16) for n, v in smoothing.factors.items()}
    np.savez_compressed(path, allow_pickle=False, splits=splits, **arrays)


def split_channels(weights: Weights, splits: dict[int, list[int]]) -> dict[str, Floats]:
    """The same network with the named channels computed once more for each time they are named."""
    changed = dict(weights)
    for layer, added in splits.items():
        wide, narrow = widening(layer), narrowing(layer)
        for name in (f"{wide}.weight", f"{wide}.bias"):
            changed[name] = np.concatenate([weights[name], weights[name][added]])
        matrix = weights[f"{narrow}.weight"]
        shared = matrix / (1 + np.bincount(added, minlength=matrix.shape[1]).astype(np.float32))
        changed[f"{narrow}.weight"] = np.concatenate([shared, shared[:, added]], axis=1)
    return changed


def calibrate(weights: Weights, prompts: Sequence[Sequence[int]]) -> Smoothing:
    """The splits and factors for these weights, from token ids of the calibration prompts."""
    inner = _activations(weights, prompts, [narrowing(layer) for layer in range(LAYERS)])
    splits = {layer: _channels_to_add(_reach(activations)) for layer, activations in enumerate(inner.values())}
    weights = split_channels(weights, splits)
    watched = [
        name
        for layer in range(LAYERS)
        for name in (attention(layer, "query"), attention_output(layer), widening(layer), narrowing(layer))
    ]
    factors = {}
    for name, activations in _activations(weights, prompts, watched).items():
        if (best := _best_factors(_matrix(weights, name), activations)) is not None:
            factors[name] = best
    return Smoothing(splits, factors)


def _channels_to_add(reach: Floats) -> list[int]:
    copies = np.ones(len(reach))
    for _ in range(COPIES):
        copies[np.argmax(reach / copies**COPY_EXPONENT)] += 1
    return [int(channel) for channel in np.repeat(np.arange(len(reach)), copies.astype(int) - 1)]


def _activations(weights: Weights, prompts: Sequence[Sequence[int]], names: Sequence[str]) -> dict[str, list[Floats]]:
    seen: dict[str, list[Floats]] = {name: [] for name in names}

    def observe(name: str, x: Floats) -> None:
        if name in seen:
            seen[name].append(x)

    for ids in prompts:
        hidden_states(weights, ids, observe)
    return seen


def _matrix(weights: Weights, name: str) -> Floats:
    """The matrix `[in, out]` that multiplies the watched input."""
    if name.endswith(".query"):
        stem = name.removesuffix("query")
        return np.concatenate([weights[f"{stem}{part}.weight"].T for part in ("query", "key", "value")], axis=1)
    return weights[f"{name}.weight"].T


def _reach(activations: Sequence[Floats]) -> Floats:
    return np.asarray(np.max([np.abs(x).max(axis=0) for x in activations], axis=0))


def _best_factors(matrix: Floats, activations: Sequence[Floats]) -> Floats | None:
    wanted = [x @ matrix for x in activations]
    reach, weight_reach = _reach(activations), np.maximum(np.abs(matrix).max(axis=1), 1e-5)
    reach = np.maximum(reach, LEAST_REACH * np.median(reach))
    best, least = None, _error(matrix, activations, wanted, np.ones(len(matrix), np.float32))
    for strength in STRENGTHS:
        factors = reach**strength / weight_reach ** (1 - strength)
        factors = (factors / np.sqrt(factors.max() * factors.min())).astype(np.float16).astype(np.float32)
        if (error := _error(matrix, activations, wanted, factors)) < least:
            best, least = factors, error
    return best


def _error(matrix: Floats, activations: Sequence[Floats], wanted: Sequence[Floats], factors: Floats) -> float:
    """The mean square error of the quantised product, prompt by prompt since each has its own range."""
    quantised = as_signed_columns(matrix * factors[:, None])
    given = (as_unsigned_bytes(x / factors) @ quantised for x in activations)
    return float(np.mean([np.mean((have - want) ** 2) for have, want in zip(given, wanted, strict=True)]))
