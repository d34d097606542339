"""The tokens of a layer as one vector, inside a graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.build.heads import Pool, Tap


class Writer(Protocol):
    """Adds nodes and constants to a graph; both give the name of the tensor."""

    def node(
        self, operator: str, inputs: list[str], *, output: str = "", domain: str = "", **attributes: int
    ) -> str: ...

    def constant(self, name: str, values: NDArray[np.generic]) -> str: ...


class Pools:
    """Pooled vectors `[1, 384]`, each made once however many heads read it."""

    def __init__(self, writer: Writer, states: Mapping[int, str]) -> None:
        self._writer = writer
        self._states = states
        self._made: dict[Tap, str] = {}
        self._joined: dict[tuple[Tap, ...], str] = {}

    def joined(self, taps: tuple[Tap, ...]) -> str:
        """Several pooled vectors as one."""
        if taps not in self._joined:
            made = [self.tap(tap) for tap in taps]
            self._joined[taps] = made[0] if len(made) == 1 else self._writer.node("Concat", made, axis=1)
        return self._joined[taps]

    def tap(self, tap: Tap) -> str:
        if tap not in self._made:
            self._made[tap] = self._make(tap)
        return self._made[tap]

    def _make(self, tap: Tap) -> str:
        tokens = self._states[tap.layer]
        match tap.pool:
            case Pool.MEAN:
                return self._writer.node("ReduceMean", [tokens, self._axis()], keepdims=0)
            case Pool.MAX:
                return self._writer.node("ReduceMax", [tokens, self._axis()], keepdims=0)
            case Pool.CLS:
                first = self._writer.constant("cls", np.array(0, np.int64))
                return self._writer.node("Gather", [tokens, first], axis=1)
            case Pool.EMBEDDING:
                return self._writer.node("LpNormalization", [self.tap(Tap(Pool.MEAN, tap.layer))], axis=-1, p=2)

    def _axis(self) -> str:
        return self._writer.constant("token_axis", np.array([1], np.int64))
