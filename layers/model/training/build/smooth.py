"""Finds the factors that move outliers from activations into weights (SmoothQuant, Xiao et al. 2023).

An activation is quantised with one range for the whole prompt, so one large channel costs all others their
resolution; a weight matrix has a scale per output channel and can take more. For a linear layer with input x
and weight W, x / s and s · W give the same product. s = max|x|^a / max|W|^(1-a) per channel, with the a (and
so the s, or none at all) that leaves the least error in the product on the calibration prompts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from training.build.network import (
    LAYERS,
    Floats,
    Weights,
    attention,
    attention_output,
    narrowing,
    widening,
)
from training.build.quantise import as_signed_columns, as_unsigned_bytes
from training.build.reference import hidden_states

STRENGTHS = tuple(round(0.05 * step, 2) for step in range(6, 20))
FOLDER = Path(__file__).with_name("smoothing")


def weights_key(base_sha256: str, adapters_sha256: str) -> str:
    """What exact weights a file of factors belongs to; `adapters_sha256` is empty without adapters."""
    return hashlib.sha256((base_sha256 + adapters_sha256).encode()).hexdigest()[:16]


def read_smoothing(path: Path) -> dict[str, Floats]:
    """The factors of one file, by the prefix of the linear layer."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files}


def write_smoothing(path: Path, factors: dict[str, Floats]) -> None:
    """Store them as float16, which rounds each by less than one in a thousand and so changes no product."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **{name: values.astype(np.float16) for name, values in factors.items()})


def calibrate(weights: Weights, prompts: Sequence[Sequence[int]]) -> dict[str, Floats]:
    """The factors for every linear layer where they help, from token ids of the calibration prompts."""
    seen: dict[str, list[Floats]] = {name: [] for name in _watched()}

    def observe(name: str, x: Floats) -> None:
        if name in seen:
            seen[name].append(x)

    for ids in prompts:
        hidden_states(weights, ids, observe)
    factors: dict[str, Floats] = {}
    for name, activations in seen.items():
        if (best := _best(_matrix(weights, name), activations)) is not None:
            # What the file keeps is what the graph will use.
            factors[name] = best.astype(np.float16).astype(np.float32)
    return factors


def _watched() -> Iterable[str]:
    for layer in range(LAYERS):
        yield attention(layer, "query")
        yield attention_output(layer)
        yield widening(layer)
        yield narrowing(layer)


def _matrix(weights: Weights, name: str) -> Floats:
    """The matrix `[in, out]` that multiplies the watched input."""
    if name.endswith(".query"):
        stem = name.removesuffix("query")
        return np.concatenate([weights[f"{stem}{part}.weight"].T for part in ("query", "key", "value")], axis=1)
    return weights[f"{name}.weight"].T


def _best(matrix: Floats, activations: Sequence[Floats]) -> Floats | None:
    wanted = [x @ matrix for x in activations]
    reach = np.max([np.abs(x).max(axis=0) for x in activations], axis=0)
    weight_reach = np.abs(matrix).max(axis=1)
    best, least = None, _error(matrix, activations, wanted, np.ones(len(matrix), np.float32))
    for strength in STRENGTHS:
        factors = np.maximum(reach, 1e-5) ** strength / np.maximum(weight_reach, 1e-5) ** (1 - strength)
        factors = (factors / np.sqrt(factors.max() * factors.min())).astype(np.float32)
        if (error := _error(matrix, activations, wanted, factors)) < least:
            best, least = factors, error
    return best


def _error(matrix: Floats, activations: Sequence[Floats], wanted: Sequence[Floats], factors: Floats) -> float:
    """The mean square error of the quantised product, prompt by prompt since each has its own range."""
    quantised = as_signed_columns(matrix * factors[:, None])
    return float(
        np.mean([np.mean((as_unsigned_bytes(x / factors) @ quantised - y) ** 2) for x, y in zip(activations, wanted, strict=True)])
    )
