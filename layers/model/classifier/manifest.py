"""What the model's build left, and whether it is still that, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

MANIFEST = "manifest.json"
GRAPH, VALUES = "model.onnx", "model.bin"
TOKENISER = "tokenizer.json"
FILES = (GRAPH, VALUES, TOKENISER)

EMBEDDING, TOPIC = "embedding", "topic"
"""The mean token behind the last layer and behind the fourth, each `[384]` of length one: fine-tuning has drawn the
former towards the built-in categories, the latter keeps the topic."""


class ManifestError(Exception):
    """The artefacts are missing or not what the manifest says; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One artefact: its sha256 and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """One output of the graph: how many numbers, and what they stand for, if they have names."""

    width: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was built: from what (`inputs`, one hash over all), for which processor, and which files it is."""

    model: str
    target: str
    inputs: str
    adapted: bool
    files: Mapping[str, FileRecord]
    outputs: Mapping[str, OutputRecord]

    def to_json(self) -> str:
        """As `read_manifest` reads it."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def record_file(path: Path) -> FileRecord:
    """The file as it is now. Raises `OSError` when it cannot be read."""
    with path.open("rb") as stream:
        return FileRecord(hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size)


def read_manifest(directory: Path) -> Manifest:
    """The directory's manifest. Raises `ManifestError` when there is none that can be read."""
    try:
        raw = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(
            model=str(raw["model"]),
            target=str(raw["target"]),
            inputs=str(raw["inputs"]),
            adapted=bool(raw["adapted"]),
            files={str(n): FileRecord(str(f["sha256"]), int(f["size"])) for n, f in raw["files"].items()},
            outputs={
                str(n): OutputRecord(int(o["width"]), tuple(str(label) for label in o["labels"]))
                for n, o in raw["outputs"].items()
            },
        )
    except FileNotFoundError as error:
        raise ManifestError(f"{MANIFEST} is missing: the model has not been built.") from error
    except OSError as error:
        raise ManifestError(f"{MANIFEST} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"{MANIFEST} is damaged.") from error


def verified_manifest(directory: Path) -> Manifest:
    """The manifest, with every file checked against it. Raises `ManifestError`."""
    manifest = read_manifest(directory)
    verify_files(directory, manifest)
    return manifest


def verify_files(directory: Path, manifest: Manifest) -> None:
    """Raises `ManifestError` naming the first file that is missing or differs in size or hash."""
    for name in FILES:
        if name not in manifest.files:
            raise ManifestError(f"{MANIFEST} does not list {name}.")
    for name, expected in manifest.files.items():
        path = directory / name
        try:
            # The size first: a truncated file is found without reading it.
            intact = path.stat().st_size == expected.size and record_file(path) == expected
        except FileNotFoundError as error:
            raise ManifestError(f"{name} is missing.") from error
        except OSError as error:
            raise ManifestError(f"{name} cannot be read ({error.strerror}).") from error
        if not intact:
            raise ManifestError(f"{name} is not the file that was built.")
