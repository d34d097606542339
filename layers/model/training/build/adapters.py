"""Merges what fine-tuning changed (`adapters.npz`, see FORMATS.md) into the base weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.build.errors import BuildError
from training.build.network import SHAPES, Floats, Weights

Array = NDArray[np.generic]
KINDS = ("A", "A_step", "B", "B_step", "rows", "delta")


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
    for parameter in sorted({entry.rpartition(".")[0] for entry in entries}):
        if parameter not in SHAPES:
            raise BuildError(f"{path.name} names {parameter}, which the model does not have.")
        parts = {kind: entries[f"{parameter}.{kind}"] for kind in KINDS if f"{parameter}.{kind}" in entries}
        try:
            changed = weights[parameter] + _difference(parts, weights[parameter].shape)
        except (KeyError, ValueError, IndexError) as error:
            raise BuildError(f"{path.name} holds no adapter of the right shape for {parameter}.") from error
        if not np.isfinite(changed).all():
            raise BuildError(f"{path.name} holds values for {parameter} that are not finite.")
        merged[parameter] = changed.astype(np.float32)
    known = {f"{parameter}.{kind}" for parameter in SHAPES for kind in KINDS}
    if unknown := sorted(entries.keys() - known):
        raise BuildError(f"{path.name} holds {unknown[0]}, which is no adapter.")
    return merged


def _factor(parts: Mapping[str, Array], name: str) -> Floats:
    values = parts[name].astype(np.float32)
    return values * parts[f"{name}_step"].astype(np.float32) if f"{name}_step" in parts else values


def _difference(parts: Mapping[str, Array], shape: tuple[int, ...]) -> Floats:
    if "A" in parts or "B" in parts:
        difference = _factor(parts, "B") @ _factor(parts, "A")
    elif "rows" in parts:
        difference = np.zeros(shape, np.float32)
        np.add.at(difference, parts["rows"].astype(np.int64), parts["delta"].astype(np.float32))
    else:
        difference = parts["delta"].astype(np.float32)
    if difference.shape != shape:
        raise ValueError(shape)
    return difference
