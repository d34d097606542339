"""The shape of all-MiniLM-L6-v2 and the names of its parameters, as in its safetensors file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

LAYERS = 6
HEADS = 12
WIDTH = 384
INNER = 1536
VOCABULARY = 30522
POSITIONS = 512
TOPIC_LAYER = 4
"""Behind so many layers the topic is learnt and read: before fine-tuning draws the tokens towards the categories."""

EPSILON = 1e-12
"""Added to the variance in every LayerNorm (`layer_norm_eps` of the model's config.json)."""

WORDS = "embeddings.word_embeddings.weight"
PLACES = "embeddings.position_embeddings.weight"
SEGMENTS = "embeddings.token_type_embeddings.weight"
EMBEDDING_NORM = "embeddings.LayerNorm"


def attention(layer: int, part: str) -> str:
    """The prefix of a projection inside attention; `part` is query, key or value."""
    return f"encoder.layer.{layer}.attention.self.{part}"


def attention_output(layer: int) -> str:
    """The prefix of the projection behind attention."""
    return f"encoder.layer.{layer}.attention.output.dense"


def attention_norm(layer: int) -> str:
    """The prefix of the LayerNorm behind attention."""
    return f"encoder.layer.{layer}.attention.output.LayerNorm"


def widening(layer: int) -> str:
    """The prefix of the first feed-forward projection, 384 to 1536."""
    return f"encoder.layer.{layer}.intermediate.dense"


def narrowing(layer: int) -> str:
    """The prefix of the second feed-forward projection, 1536 to 384."""
    return f"encoder.layer.{layer}.output.dense"


def output_norm(layer: int) -> str:
    """The prefix of the LayerNorm that ends a layer."""
    return f"encoder.layer.{layer}.output.LayerNorm"


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        WORDS: (VOCABULARY, WIDTH),
        PLACES: (POSITIONS, WIDTH),
        SEGMENTS: (2, WIDTH),
    }
    norms = [EMBEDDING_NORM]
    for layer in range(LAYERS):
        norms += [attention_norm(layer), output_norm(layer)]
        square = [attention(layer, part) for part in ("query", "key", "value")] + [attention_output(layer)]
        dense = {
            **dict.fromkeys(square, (WIDTH, WIDTH)),
            widening(layer): (INNER, WIDTH),
            narrowing(layer): (WIDTH, INNER),
        }
        for name, shape in dense.items():
            shapes[f"{name}.weight"] = shape
            shapes[f"{name}.bias"] = shape[:1]
    for name in norms:
        shapes[f"{name}.weight"] = shapes[f"{name}.bias"] = (WIDTH,)
    return shapes


SHAPES = _shapes()
"""Every parameter the encoder uses, with its shape; linear weights are `[out, in]`."""
