"""Writes the artefacts and puts them in place, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import onnx

from classifier.manifest import (
    EMBEDDING,
    FILES,
    GRAPH,
    MANIFEST,
    TOKENISER,
    TOPIC,
    VALUES,
    Manifest,
    OutputRecord,
    record_file,
)
from training.build.heads import Head
from training.build.network import WIDTH
from training.build.target import Target

NAME = "all-MiniLM-L6-v2"
INLINE_BYTES = 1024
"""Smaller initialisers stay in the graph's own file; larger ones go into one that is memory-mapped, so that
processes share its pages and the session opens in a third of the time."""


def write_artifacts(
    folder: Path,
    graph: onnx.ModelProto,
    tokeniser: Path,
    heads: Sequence[Head],
    target: Target,
    inputs: str,
    *,
    adapted: bool,
) -> Manifest:
    """Fill an empty folder with the graph, its values, the tokeniser and the manifest."""
    onnx.save_model(graph, folder / GRAPH, save_as_external_data=True, location=VALUES, size_threshold=INLINE_BYTES)
    shutil.copyfile(tokeniser, folder / TOKENISER)
    outputs = {EMBEDDING: OutputRecord(WIDTH), TOPIC: OutputRecord(WIDTH)}
    outputs |= {head.name: OutputRecord(head.width, head.labels) for head in heads}
    files = {name: record_file(folder / name) for name in FILES}
    manifest = Manifest(NAME, target.value, inputs, adapted, files, outputs)
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


@contextmanager
def new_folder(destination: Path) -> Iterator[Path]:
    """An empty folder on the destination's own disk, gone when its context ends."""
    parent = destination / ".build"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as scratch:
        yield Path(scratch)
    # Another build may be at work there.
    with suppress(OSError):
        parent.rmdir()


def put_in_place(folder: Path, destination: Path) -> None:
    """Move the artefacts over those that are there.

    A process that has the old ones open keeps them. One that opens them in between finds files that are not
    those of its manifest, and refuses them; the manifest goes first and comes back last.
    """
    (destination / MANIFEST).unlink(missing_ok=True)
    for name in (*FILES, MANIFEST):
        (folder / name).chmod(0o644)
        (folder / name).replace(destination / name)
