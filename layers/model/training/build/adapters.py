"""Merges what fine-tuning changed (`adapters.npz`, see FORMATS.md) into the base weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.build.errors import BuildError
from training.build.network import SHAPES, Floats, Weights

Array = NDArray[np.generic]
FACTORS = frozenset({"A", "A_step", "B", "B_step"})
DELTA = frozenset({"delta"})
"""What there is of a parameter: two factors in steps, or all that it has moved by."""


def merge_adapters(weights: Weights, path: Path, *, base_sha256: str) -> dict[str, Floats]:
    """The base weights with every adapter of the file added, in float32.

    Raises `BuildError` for another base, an unknown parameter, a wrong shape or a value that is not finite.
    """
    with np.load(path, allow_pickle=False) as archive:
        entries: dict[str, Array] = dict(archive)
    belongs_to = entries.pop("base_sha256", np.array(""))
    if str(belongs_to) != base_sha256:
        raise BuildError(f"{path.name} does not belong to these base weights.")
    merged = dict(weights)
    for parameter, parts in _by_parameter(entries).items():
        if parameter not in SHAPES:
            raise BuildError(f"{path.name} names {parameter}, which the model does not have.")
        try:
            changed = weights[parameter] + _difference(parts, weights[parameter].shape)
        except ValueError as error:
            raise BuildError(f"{path.name} holds no adapter of the right shape for {parameter}.") from error
        if not np.isfinite(changed).all():
            raise BuildError(f"{path.name} holds values for {parameter} that are not finite.")
        merged[parameter] = changed.astype(np.float32)
    return merged


def _by_parameter(entries: Mapping[str, Array]) -> Mapping[str, Mapping[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for entry, values in sorted(entries.items()):
        parameter, _, kind = entry.rpartition(".")
        found.setdefault(parameter, {})[kind] = values
    return found


def _factor(parts: Mapping[str, Array], name: str) -> Floats:
    return parts[name].astype(np.float32) * parts[f"{name}_step"].astype(np.float32)


def _difference(parts: Mapping[str, Array], shape: tuple[int, ...]) -> Floats:
    if parts.keys() not in (FACTORS, DELTA):
        raise ValueError(sorted(parts))
    difference = parts["delta"].astype(np.float32) if "delta" in parts else _factor(parts, "B") @ _factor(parts, "A")
    if difference.shape != shape:
        raise ValueError(shape)
    return difference
