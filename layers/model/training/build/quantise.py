"""Float matrices to eight bits, and what the quantised product would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.build.network import Floats


@dataclass(frozen=True, slots=True)
class QuantisedColumns:
    """A symmetric int8 matrix `[in, out]` with one scale per output channel."""

    values: NDArray[np.int8]
    scales: Floats


def quantise_columns(matrix: Floats, *, largest: int = 127) -> QuantisedColumns:
    """`matrix` `[in, out]` as int8 with |value| at most `largest`.

    With `largest` 64, two products of an unsigned and a signed byte never overflow the 16 bits that processors
    without VNNI add them in (2 · 255 · 64 < 2¹⁵).
    """
    scales = np.maximum(np.abs(matrix).max(axis=0), np.float32(1e-12)) / np.float32(largest)
    values = np.clip(np.rint(matrix / scales), -largest, largest).astype(np.int8)
    return QuantisedColumns(values, scales.astype(np.float32))


def quantise_rows(table: Floats) -> QuantisedColumns:
    """A table `[rows, width]` as int8 with one scale per row; `scales` has the shape `[rows, 1]`."""
    turned = quantise_columns(np.ascontiguousarray(table.T))
    return QuantisedColumns(np.ascontiguousarray(turned.values.T), turned.scales[:, None])


def as_unsigned_bytes(x: Floats) -> Floats:
    """`x` after DynamicQuantizeLinear and back: one range for the whole tensor, 256 steps, zero exact."""
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    step = max((high - low) / 255, 1e-12)
    zero = np.clip(np.rint(-low / step), 0, 255)
    return np.asarray((np.clip(np.rint(x / step) + zero, 0, 255) - zero) * step, np.float32)


def as_signed_columns(matrix: Floats) -> Floats:
    """`matrix` after `quantise_columns` and back."""
    quantised = quantise_columns(matrix)
    return quantised.values.astype(np.float32) * quantised.scales
