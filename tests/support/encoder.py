"""The real base model, built where a test wants it, and artefacts for fakes."""

from __future__ import annotations

from pathlib import Path

from training.build.inputs import Inputs
from training.build.pipeline import Order, build
from training.build.source import CACHE, obtain_source
from training.build.target import Target, this_machine


def base_source() -> Path:
    """The folder with the verified base model: the build's own cache, filled on first use."""
    return obtain_source(report=_quiet)


def build_encoder(destination: Path, inputs: Inputs | None = None, target: Target | None = None) -> Path:
    """Build from the real weights, about a second; without `inputs` the base model alone. Returns `destination`."""
    build(Order(inputs or Inputs(), target or this_machine(), CACHE, destination), _quiet)
    return destination


def _quiet(_: str) -> None: ...
