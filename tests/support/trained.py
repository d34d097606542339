"""Adapters and heads of random numbers, in the files in which training hands them to the build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.build import source
from training.build.network import WIDTH, Floats

Arrays = Mapping[str, NDArray[np.generic]]
Noise = Callable[..., Floats]


def save(path: Path, arrays: Arrays) -> Path:
    np.savez(path, allow_pickle=False, **arrays)
    return path


def noise_from(seed: int) -> Noise:
    """Small random numbers in any shape: the same ones in the same order, whatever other tests draw."""
    random = np.random.default_rng(seed)

    def noise(*shape: int) -> Floats:
        return random.normal(0, 0.02, shape).astype(np.float32)

    return noise


def adapters(path: Path, **arrays: NDArray[np.generic]) -> Path:
    return save(path / "adapters.npz", {"base_sha256": np.array(source.MODEL.sha256), **arrays})


def heads_file(folder: Path, noise: Noise) -> Path:
    return save(
        folder / "heads.npz",
        {
            "category.input": np.array("mean+cls"),
            "category.0.weight": noise(32, 2 * WIDTH),
            "category.0.bias": noise(32),
            "category.0.activation": np.array("gelu"),
            "category.1.weight": noise(3, 32),
            "category.1.bias": noise(3),
            "category.1.activation": np.array("identity"),
            "category.labels": np.array(["red", "green", "blue"]),
            "difficulty.input": np.array("mean+cls"),
            "difficulty.0.weight": noise(1, 2 * WIDTH),
            "difficulty.0.bias": noise(1),
            "difficulty.0.activation": np.array("sigmoid"),
            "mood.input": np.array("mean+cls"),
            "mood.0.weight": noise(2, 2 * WIDTH),
            "mood.0.bias": noise(2),
            "mood.0.activation": np.array("gelu"),
        },
    )
