"""Writes what was learnt in the forms that the model's build takes (build/FORMATS.md), and reads it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from classifier.heads import LABELS
from training.build.heads import INPUT, Activation
from training.build.network import EMBEDDING_NORM, LAYERS, WORDS, attention_norm, output_norm
from training.build.source import MODEL
from training.torch_network import Encoder, Heads, linear_names

LOGITS = frozenset({"category", "difficulty"})


def write_adapters(encoder: Encoder, path: Path) -> None:
    """Low-rank factors of the linear layers and the word table, and what biases and norms have moved by."""
    entries: dict[str, NDArray[np.generic]] = {"base_sha256": np.array(MODEL.sha256)}
    for name in linear_names():
        linear = encoder.linears[name.replace(".", "/")]
        entries |= _factors(f"{name}.weight", linear.down, linear.up)
        entries[f"{name}.bias.delta"] = _half(linear.bias - linear.bias_before)
    for name in (EMBEDDING_NORM, *(f(layer) for layer in range(LAYERS) for f in (attention_norm, output_norm))):
        norm = encoder.norms[name.replace(".", "/")]
        entries[f"{name}.weight.delta"] = _half(norm.weight - norm.weight_before)
        entries[f"{name}.bias.delta"] = _half(norm.bias - norm.bias_before)
    entries |= _factors(WORDS, encoder.words_down, encoder.words_up)
    np.savez_compressed(path, **entries)


def write_heads(heads: Heads, path: Path) -> None:
    """Each head as two dense layers on the mean and the first token of the last layer."""
    entries: dict[str, NDArray[np.generic]] = {}
    for name, hidden in heads.hidden.items():
        last = heads.last[name]
        entries[f"{name}.input"] = np.array(INPUT)
        entries[f"{name}.0.weight"], entries[f"{name}.0.bias"] = _half(hidden.weight), _half(hidden.bias)
        entries[f"{name}.0.activation"] = np.array(Activation.GELU.value)
        entries[f"{name}.1.weight"], entries[f"{name}.1.bias"] = _half(last.weight), _half(last.bias)
        entries[f"{name}.1.activation"] = np.array(
            (Activation.IDENTITY if name in LOGITS else Activation.SIGMOID).value
        )
        if name in LABELS:
            entries[f"{name}.labels"] = np.array([str(label) for label in LABELS[name]])
    np.savez_compressed(path, **entries)


@torch.no_grad()
def read_adapters(encoder: Encoder, path: Path) -> None:
    """Set what `write_adapters` wrote for an encoder of this shape. Raises `KeyError` or `RuntimeError` otherwise."""
    with np.load(path, allow_pickle=False) as entries:

        def factor(name: str) -> Tensor:
            return torch.from_numpy(entries[name].astype(np.float32) * entries[f"{name}_step"])

        def moved(name: str) -> Tensor:
            return torch.from_numpy(entries[f"{name}.delta"].astype(np.float32))

        for name in linear_names():
            linear = encoder.linears[name.replace(".", "/")]
            linear.down.copy_(factor(f"{name}.weight.A"))
            linear.up.copy_(factor(f"{name}.weight.B"))
            linear.bias.copy_(moved(f"{name}.bias")).add_(linear.bias_before)
        for key, norm in encoder.norms.items():
            name = key.replace("/", ".")
            norm.weight.copy_(moved(f"{name}.weight")).add_(norm.weight_before)
            norm.bias.copy_(moved(f"{name}.bias")).add_(norm.bias_before)
        encoder.words_down.copy_(factor(f"{WORDS}.A"))
        encoder.words_up.copy_(factor(f"{WORDS}.B"))


@torch.no_grad()
def read_heads(heads: Heads, path: Path) -> None:
    """Set what `write_heads` wrote for such heads. Raises `KeyError` or `RuntimeError` otherwise."""
    with np.load(path, allow_pickle=False) as entries:
        for name in heads.hidden:
            for number, dense in enumerate((heads.hidden[name], heads.last[name])):
                for kind, part in dense.named_parameters():
                    part.copy_(torch.from_numpy(entries[f"{name}.{number}.{kind}"].astype(np.float32)))


def _factors(parameter: str, down: Tensor, up: Tensor) -> dict[str, NDArray[np.generic]]:
    """`A` and `B` in int8, each of the rank's directions in steps of its own."""
    entries: dict[str, NDArray[np.generic]] = {}
    for name, factor, along in (("A", down, 1), ("B", up, 0)):
        values = factor.detach().cpu().numpy()
        step = np.maximum(np.abs(values).max(axis=along, keepdims=True) / 127, 1e-12).astype(np.float32)
        entries[f"{parameter}.{name}"] = np.rint(values / step).astype(np.int8)
        entries[f"{parameter}.{name}_step"] = step
    return entries


def _half(values: Tensor) -> NDArray[np.float16]:
    return values.detach().cpu().numpy().astype(np.float16)
