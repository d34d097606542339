"""The base weights, from a safetensors file with numpy alone, and with what fine-tuning changed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from training.build.adapters import merge_adapters
from training.build.errors import BuildError
from training.build.glosses import glossed_words
from training.build.network import SHAPES, WORDS, Floats
from training.build.source import MODEL


def load_weights(source: Path, adapters: Path | None) -> dict[str, Floats]:
    """The network's parameters from the folder of the base model, with the adapters merged. Raises `BuildError`."""
    weights = glossed_weights(source)
    return merge_adapters(weights, adapters, base_sha256=MODEL.sha256) if adapters else weights


def glossed_weights(source: Path) -> dict[str, Floats]:
    """The base model's parameters, its word table with the glossed pieces. Raises `BuildError`."""
    weights = read_weights(source / MODEL.name)
    return weights | {WORDS: glossed_words(weights[WORDS], source)}


def read_weights(path: Path) -> dict[str, Floats]:
    """The parameters named in `SHAPES`, as float32 views into one read-only buffer.

    The format is an 8-byte length, a JSON header of that length, then raw little-endian tensors. Raises
    `BuildError` when a parameter is missing or has another shape or type.
    """
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    weights: dict[str, Floats] = {}
    for name, shape in SHAPES.items():
        entry = header.get(name)
        if entry is None or entry["dtype"] != "F32" or tuple(entry["shape"]) != shape:
            raise BuildError(f"{path.name} does not hold {name} as float32 {shape}.")
        start, end = entry["data_offsets"]
        values = np.frombuffer(data, dtype="<f4", count=(end - start) // 4, offset=8 + length + start)
        weights[name] = values.reshape(shape)
    return weights
