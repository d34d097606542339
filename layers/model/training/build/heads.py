"""Reads `heads.npz` (see FORMATS.md): short chains of dense layers on what the last layer's tokens are pooled to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.manifest import EMBEDDING, TOPIC
from training.build.errors import BuildError
from training.build.network import WIDTH, Floats

Array = NDArray[np.generic]

INPUT = "mean+cls"
"""What every head reads: the mean token of the last layer and, joined to it, the first."""

INPUT_WIDTH = 2 * WIDTH


class Activation(StrEnum):
    """What follows a dense layer."""

    IDENTITY = "identity"
    GELU = "gelu"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True)
class Dense:
    """`activation(x @ weight.T + bias)`; weight is `[out, in]`."""

    weight: Floats
    bias: Floats
    activation: Activation


@dataclass(frozen=True, slots=True)
class Head:
    """One named output: the layers that its input goes through."""

    name: str
    layers: tuple[Dense, ...]
    labels: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many numbers it gives."""
        return int(self.layers[-1].bias.shape[0])


def read_heads(path: Path) -> tuple[Head, ...]:
    """Every head of the file, by name. Raises `BuildError` when the file is not as FORMATS.md says."""
    with np.load(path, allow_pickle=False) as archive:
        entries: dict[str, Array] = dict(archive)
    names = sorted({entry.partition(".")[0] for entry in entries})
    heads = tuple(_read_head(name, entries, path.name) for name in names)
    used = {f"{head.name}.{part}" for head in heads for part in ("input", "labels")}
    used |= {
        f"{h.name}.{k}.{part}" for h in heads for k in range(len(h.layers)) for part in ("weight", "bias", "activation")
    }
    if unknown := sorted(entries.keys() - used):
        raise BuildError(f"{path.name} holds {unknown[0]}, which belongs to no head.")
    return heads


def _read_head(name: str, entries: Mapping[str, Array], file: str) -> Head:
    if not re.fullmatch("[a-z_]+", name) or name in (EMBEDDING, TOPIC):
        raise BuildError(f"{file} names a head {name!r}: a-z and underscores, and neither {EMBEDDING} nor {TOPIC}.")
    if f"{name}.input" not in entries or f"{name}.0.weight" not in entries:
        raise BuildError(f"{file} holds no input or no first layer for the head {name}.")
    if str(entries[f"{name}.input"]) != INPUT:
        raise BuildError(f"{file} names an input for the head {name} that is not {INPUT}.")
    layers: list[Dense] = []
    width = INPUT_WIDTH
    while f"{name}.{len(layers)}.weight" in entries:
        layer = _read_dense(f"{name}.{len(layers)}", entries, file, width)
        width = layer.bias.shape[0]
        layers.append(layer)
    labels = tuple(str(label) for label in entries[f"{name}.labels"]) if f"{name}.labels" in entries else ()
    if labels and len(labels) != width:
        raise BuildError(f"{file} names {len(labels)} labels for the {width} outputs of the head {name}.")
    return Head(name, tuple(layers), labels)


def _read_dense(prefix: str, entries: Mapping[str, Array], file: str, width: int) -> Dense:
    weight = entries[f"{prefix}.weight"].astype(np.float32)
    bias = entries.get(f"{prefix}.bias", np.zeros(0)).astype(np.float32)
    activation = str(entries.get(f"{prefix}.activation", np.array(Activation.IDENTITY.value)))
    if weight.ndim != 2 or weight.shape[1] != width or bias.shape != weight.shape[:1]:
        raise BuildError(f"{file} holds a layer {prefix} that does not take {width} numbers or has no fitting bias.")
    if activation not in set(Activation):
        raise BuildError(f"{file} names an activation {activation!r} for {prefix} that does not exist.")
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise BuildError(f"{file} holds values in {prefix} that are not finite.")
    return Dense(weight, bias, Activation(activation))
