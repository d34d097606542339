"""Everything a build depends on, and one hash over it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from classifier import tokens
from training.build.source import FILES, MODEL, sha256_of
from training.build.target import Target

ARTIFACTS = Path(__file__).resolve().parents[2] / "classifier" / "artifacts"
SMOOTHING = Path(__file__).with_name("smoothing")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The optional files beside the base model; see FORMATS.md."""

    adapters: Path | None = None
    heads: Path | None = None

    @classmethod
    def find(cls, folder: Path) -> Inputs:
        """Those that are in the folder."""
        adapters, heads = folder / "adapters.npz", folder / "heads.npz"
        return cls(adapters if adapters.is_file() else None, heads if heads.is_file() else None)

    @property
    def weights_key(self) -> str:
        """The name of the smoothing that belongs to exactly these weights."""
        adapters = sha256_of(self.adapters) if self.adapters else ""
        return hashlib.sha256((MODEL.sha256 + adapters).encode()).hexdigest()[:16]

    def fingerprint(self, target: Target) -> str:
        """Equal fingerprints mean equal artefacts, so nothing need be built again."""
        code = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".py", ".txt", ".tsv"})
        code.append(Path(tokens.__file__))
        parts = [target.value, *(file.sha256 for file in FILES)]
        parts += [sha256_of(path) for path in (self.adapters, self.heads) if path]
        parts += [sha256_of(path) for path in (*code, SMOOTHING / f"{self.weights_key}.npz") if path.is_file()]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()
